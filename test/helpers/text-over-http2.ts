import type { ClientHttp2Session } from 'node:http2';

/** The body of an answer over HTTP/2. */
export function text2(session: ClientHttp2Session, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let all = '';
    const stream = session.request({ ':path': path });
    stream.setEncoding('utf8').on('data', (chunk: string) => (all += chunk));
    stream.once('end', () => resolve(all)).once('error', reject);
  });
}
