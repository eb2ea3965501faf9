import type { Identifiers } from './directory/identifiers.js';

/** A file on its way. */
interface Upload {
  readonly name: string;
  readonly length: number;
}

/** Addresses for files (Slack: files.getUploadURLExternal). */
export interface Uploads {
  /** The path to post the bytes to. */
  expect(id: string, name: string, length: number): string;
  knows(path: string): boolean;
  receive(path: string): void;
  /** The file, if its bytes came; undefined if they did not, or it is unknown. */
  complete(id: string): Upload | undefined;
}

export function createUploads(ids: Identifiers): Uploads {
  const byPath = new Map<string, string>();
  const byId = new Map<string, Upload & { received: boolean }>();
  return {
    expect(id, name, length) {
      const path = `/upload/v1/${ids.secret(32)}`;
      byPath.set(path, id);
      byId.set(id, { name, length, received: false });
      return path;
    },
    knows: (path) => byPath.has(path),
    receive(path) {
      const upload = byId.get(byPath.get(path) ?? '');
      if (upload !== undefined) upload.received = true;
    },
    complete(id) {
      const upload = byId.get(id);
      return upload?.received === true ? upload : undefined;
    },
  };
}
