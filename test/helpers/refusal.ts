import { Code, ConnectError } from '@connectrpc/connect';

/** How a call was refused: code and words; fails when it was not. */
export async function refusalOf(call: Promise<unknown>): Promise<{ code: keyof typeof Code; words: string }> {
  try {
    await call;
  } catch (error) {
    const { code, rawMessage } = ConnectError.from(error);
    return { code: Code[code] as keyof typeof Code, words: rawMessage };
  }
  throw new Error('the call was not refused');
}
