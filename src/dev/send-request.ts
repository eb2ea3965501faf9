import { z } from 'zod';
import { PluginError } from '../core/errors.js';

const common = {
  /** `general`, `#general`, a channel's id, or `@person` for a direct message; `general` unless given. */
  channel: z.string().min(1).optional(),
  /** Name or id of the person who does it; the first person of the workspace unless given. */
  user: z.string().min(1).optional(),
  /** Puts the bot into the channel first, as people do with `/invite`. */
  join: z.boolean().optional(),
};
const text = z.string().optional();
/** The `ts` of a message. */
const ts = z.string().min(1).optional();

const schema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('message'), text, thread: ts, ...common }),
  /** The text without the mention itself. */
  z.strictObject({ kind: z.literal('mention'), text, thread: ts, ...common }),
  /** To the message with this `ts`, else to the last one of the channel. */
  z.strictObject({ kind: z.literal('reaction'), reaction: text, message: ts, ...common }),
  z.strictObject({
    kind: z.literal('command'),
    command: z
      .string()
      .regex(/^\/\S+$/)
      .optional(),
    text,
    ...common,
  }),
  /** On the button with this `action_id`, else on the first one, of the last message that has it. */
  z.strictObject({ kind: z.literal('click'), action: text, value: text, message: ts, ...common }),
  /** Submits the view that was opened last, with values by the `action_id` of its inputs. */
  z.strictObject({
    kind: z.literal('modal'),
    callbackId: text,
    values: z.record(z.string(), z.string()).optional(),
    ...common,
  }),
  /** A payload of Slack's, given whole: an `event_callback`, an inner event, an interaction, or a slash command. */
  z.strictObject({ kind: z.literal('frame'), frame: z.record(z.string(), z.json()) }),
]);

/** What somebody does in the scripted Slack. */
export type SendRequest = z.output<typeof schema>;
export type SendKind = SendRequest['kind'];

/** Checks what came from outside; throws `bad_input` with a sentence for each wrong field. */
export function readSendRequest(value: unknown): SendRequest {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(
    ({ path, message }) => `${path.join('.') || 'the request'}: ${message}`,
  );
  throw new PluginError('bad_input', lines.join('\n'));
}
