import { create } from '@bufbuild/protobuf';
import {
  StatusSchema,
  Status_Code,
  type Status as StatusMessage,
} from '../gen/autokitteh/common/v1/common_pb.js';

/** How a connection fares, as AutoKitteh shows it: a code and a sentence for people. */
export interface Status {
  readonly code: StatusCode;
  readonly message: string;
}

/** `unspecified` is shown as OK by the web UI, so this program never gives it itself. */
export type StatusCode = 'unspecified' | 'ok' | 'warning' | 'error' | 'init_required';

const CODES = {
  unspecified: Status_Code.UNSPECIFIED,
  ok: Status_Code.OK,
  warning: Status_Code.WARNING,
  error: Status_Code.ERROR,
  init_required: Status_Code.INIT_REQUIRED,
} as const satisfies Record<StatusCode, Status_Code>;

/** The message that AutoKitteh's services carry. */
export function statusToMessage(status: Status): StatusMessage {
  return create(StatusSchema, { code: CODES[status.code], message: status.message });
}

/** The status in a message; one that is absent, or of a code that is not known here, is `unspecified`. */
export function statusFromMessage(message: StatusMessage | undefined): Status {
  const known = Object.entries(CODES).find(([, code]) => code === message?.code);
  return { code: (known?.[0] ?? 'unspecified') as StatusCode, message: message?.message ?? '' };
}
