/**
 * What a pasted text is, by its shape alone. Runs in the browser while a person types, and on the server before
 * anything is sent to Slack: a text of the wrong kind never leaves the place where it was pasted.
 * Source of the shapes: Slack, "Token types".
 *
 * @typedef {'empty' | 'bot' | 'app' | 'user' | 'rotated' | 'workflow' | 'hex' | 'long' | 'spaced' | 'unknown'} TokenKind
 */

// What stands around a token in the places that people copy it from: quotes of code and of word processors, commas
// and semicolons of lists, brackets of Markdown, and blanks without width.
const AROUND = /[\s\u200b-\u200d\u2060\ufeff"'`´“”„‘’‚«»<>()[\]{},;]/u;

// And before it: the name of a setting, or the header that it goes into.
const BEFORE = /^(?:Bearer\s+|export\s+|["']?[A-Za-z_][\w.-]{0,63}["']?\s*[:=]\s*)/i;

// Far longer than any token with what stands around it.
const LONGEST_PASTED = 1_024;

// Slack's are shorter than 256 characters. What is far longer is refused on the way, as if Slack could not be reached.
const LONGEST = 512;

const BOT = /^xoxb-[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*$/;
// Slack, "Configuring apps with app manifests".
const CONFIG = /^xoxe\.xoxp-\d+-[A-Za-z0-9-]+$/;
const APP = /^xapp-\d+-(A[A-Z0-9]+)-\d+-[A-Za-z0-9]+$/;

/**
 * The token in a pasted text: `SLACK_BOT_TOKEN="xoxb-…"` and `Authorization: Bearer xoxb-…` have one each.
 *
 * @param {string} text
 * @returns {string} the text without what people copy along with a token
 */
export function pastedToken(text) {
  if (text.length > LONGEST_PASTED) return text.trim();
  let token = text;
  for (;;) {
    const rest = within(token).replace(BEFORE, '');
    if (rest === token) return token;
    token = rest;
  }
}

/** @param {string} text */
function within(text) {
  let [start, end] = [0, text.length];
  while (start < end && AROUND.test(text.charAt(start))) start++;
  while (end > start && AROUND.test(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

/**
 * @param {string} text as it was pasted: see `pastedToken`
 * @returns {TokenKind}
 */
export function tokenKind(text) {
  const token = pastedToken(text);
  if (token === '') return 'empty';
  if (token.length > LONGEST) return 'long';
  if (/\s/.test(token)) return 'spaced';
  if (BOT.test(token)) return 'bot';
  if (APP.test(token)) return 'app';
  if (/^xoxp-/.test(token)) return 'user';
  if (/^xoxe[.-]/.test(token)) return 'rotated';
  if (/^xwfp-/.test(token)) return 'workflow';
  // Signing secrets and client secrets are 32 hexadecimal digits.
  if (/^[0-9a-f]{32}$/.test(token)) return 'hex';
  return 'unknown';
}

/**
 * The app that an app-level token belongs to, which its text tells.
 *
 * @param {string} text
 * @returns {string} such as `A0123456789`, or an empty string
 */
export function appIdOf(text) {
  return APP.exec(pastedToken(text))?.[1] ?? '';
}

/**
 * Why this is no bot token.
 *
 * @param {string} text
 * @returns {string} a sentence, or an empty string when the shape is right
 */
export function botTokenProblem(text) {
  const kind = tokenKind(text);
  switch (kind) {
    case 'bot':
      return '';
    case 'empty':
      return 'The bot token is missing. It starts with xoxb-.';
    case 'app':
      return 'This is the app-level token. The bot token starts with xoxb- and is under “Install App”.';
    case 'user':
      return 'This is a user token (xoxp-). Copy the “Bot User OAuth Token” instead: it starts with xoxb-.';
    case 'hex':
      return 'This is a secret of the app, not a token. The bot token starts with xoxb- and is under “Install App”.';
    default:
      return other(kind, text, 'xoxb-', 'The bot token');
  }
}

/**
 * Why this is no app-level token.
 *
 * @param {string} text
 * @returns {string} a sentence, or an empty string when the shape is right
 */
export function appTokenProblem(text) {
  const kind = tokenKind(text);
  switch (kind) {
    case 'app':
      return '';
    case 'empty':
      return 'The app-level token is missing. It starts with xapp-.';
    case 'bot':
      return 'This is the bot token. The app-level token starts with xapp- and is under “Basic Information”.';
    case 'user':
      return 'This is a user token (xoxp-). The app-level token starts with xapp- and is under “Basic Information”.';
    case 'hex':
      return 'This is a secret of the app, not a token. The app-level token starts with xapp- and is further down that page.';
    default:
      return other(kind, text, 'xapp-', 'The app-level token');
  }
}

/**
 * Why this is no app configuration token.
 *
 * @param {string} text
 * @returns {string} a sentence, or an empty string when the shape is right
 */
export function configTokenProblem(text) {
  const token = pastedToken(text);
  if (token === '') return 'The app configuration token is missing. It starts with xoxe.xoxp-.';
  if (token.length > LONGEST)
    return 'This is too long for a token: copy it again with Slack’s “Copy” button.';
  if (CONFIG.test(token)) return '';
  if (/^xoxe-/.test(token))
    return 'This is the refresh token. Copy the access token beside it: it starts with xoxe.xoxp-.';
  return 'An app configuration token starts with xoxe.xoxp-: it is in the list of your apps, not in an app.';
}

/**
 * Whether each of the two is what the other field asks for.
 *
 * @param {string} botField
 * @param {string} appField
 */
export function areSwapped(botField, appField) {
  return tokenKind(botField) === 'app' && tokenKind(appField) === 'bot';
}

/**
 * @param {Exclude<TokenKind, 'empty' | 'bot' | 'app' | 'user' | 'hex'>} kind
 * @param {string} text
 * @param {string} prefix
 * @param {string} name
 */
function other(kind, text, prefix, name) {
  switch (kind) {
    case 'long':
      return `This is too long for a token. ${name} is one word: copy it again with Slack’s “Copy” button.`;
    case 'spaced':
      return `There is a space or a line break in it. ${name} is one word: copy it again with Slack’s “Copy” button.`;
    case 'rotated':
      return `This token is subject to token rotation and expires within hours. Switch token rotation off for the app; ${name.toLowerCase()} then starts with ${prefix}.`;
    case 'workflow':
      return `This is a workflow token and expires within minutes. ${name} starts with ${prefix}.`;
    case 'unknown':
      return pastedToken(text).startsWith(prefix)
        ? `${name} looks cut off or changed: copy it again with Slack’s “Copy” button.`
        : `${name} starts with ${prefix}.`;
  }
}
