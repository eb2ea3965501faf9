import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { html } from 'hono/html';

/**
 * Asks a person whether a window that any page may have opened is to store variables of a connection. The button sends
 * the same address from our own origin.
 */
export async function sendPostinitQuestion(
  request: IncomingMessage,
  response: ServerResponse,
  connectionId: string,
): Promise<void> {
  const nonce = randomBytes(16).toString('base64');
  const page = await html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>Save the connection?</title>
        <style nonce="${nonce}">
          body {
            max-width: 36rem;
            margin: 3rem auto;
            padding: 0 1rem;
            font:
              1rem/1.5 system-ui,
              sans-serif;
          }
        </style>
      </head>
      <body>
        <main>
          <h1>Save the connection?</h1>
          <p>
            A page of another site opened this window to store settings of the connection ${connectionId}.
          </p>
          <p>Continue if you have just set up this connection. Close the window if you have not.</p>
          <form method="post" action="${request.url ?? ''}"><button>Save and continue</button></form>
        </main>
      </body>
    </html>`;
  const body = Buffer.from(page.toString());
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': body.length,
    'cache-control': 'no-store',
    // The address holds secrets. The server's last redirect may lead to Visual Studio Code.
    'referrer-policy': 'same-origin',
    'content-security-policy': `default-src 'none'; style-src 'nonce-${nonce}'; form-action 'self' vscode:; frame-ancestors 'none'; base-uri 'none'`,
    'x-content-type-options': 'nosniff',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}
