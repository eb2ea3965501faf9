import type { MiddlewareHandler } from 'hono';
import { NONCE, secureHeaders } from 'hono/secure-headers';

/**
 * Headers of every answer. The page loads its own style sheets and script and nothing else; no other page may frame it.
 * Forms may lead to `site` (Slack's, for OAuth) and to VS Code, because browsers hold redirects after a form against `form-action`.
 * The referrer stays at home but is not suppressed: with `no-referrer` a browser would send `Origin: null` with the
 * page's own forms, and over plain HTTP nothing else tells them from forged ones.
 */
export const securityHeaders = (site: string): MiddlewareHandler =>
  secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: [NONCE],
      styleSrc: [NONCE],
      imgSrc: ["'self'"],
      connectSrc: ["'self'"],
      formAction: ["'self'", `https://${site}`, `https://*.${site}`, 'vscode:'],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
    referrerPolicy: 'same-origin',
    xFrameOptions: 'DENY',
    // A user interface that opened this page in a window of its own still has to see it close.
    crossOriginOpenerPolicy: false,
    // Whether the site is served over TLS is the server's matter.
    strictTransportSecurity: false,
  });
