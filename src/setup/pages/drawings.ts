import { html } from 'hono/html';
import type { Html } from './view.js';

const ENTRIES = ['Basic Information', 'Socket Mode', 'Install App', 'App Home', 'Slash Commands', 'OAuth'];

export function drawCreateApp(): Html {
  return drawing('Slack asks for the workspace: choose it, then press Next, and Create on the last page.', [
    dialog(8, 8, 212, 124),
    words(24, 34, 'Pick a workspace', 'd-title'),
    field(24, 48, 180, 'Your workspace  ▾'),
    words(24, 114, 'Step 1 of 3', 'd-quiet'),
    button(108, 98, 58, 'Next', true),
    dialog(176, 84, 176, 104),
    words(192, 110, 'Review and create', 'd-title'),
    html`<path class="d-bar" d="M194 126h120M194 138h96" />`,
    button(264, 154, 74, 'Create', true),
    pointer(314, 169),
  ]);
}

export function drawInstall(): Html {
  return drawing('Under Install App, press Install to Workspace, then Allow.', [
    settingsWindow(ENTRIES, 'Install App', [
      words(124, 52, 'Install App', 'd-title'),
      html`<path class="d-bar" d="M124 68h150M124 80h120" />`,
      button(124, 96, 136, 'Install to Workspace', true),
      dialog(214, 116, 134, 68),
      words(228, 137, 'May this app…?', 'd-text'),
      button(228, 150, 50, 'Cancel'),
      button(284, 150, 52, 'Allow', true),
      pointer(318, 164),
    ]),
  ]);
}

export function drawAppToken(): Html {
  return drawing(
    'Under Basic Information, App-Level Tokens: press Generate Token and Scopes, add connections:write, press Generate.',
    [
      settingsWindow(ENTRIES, 'Basic Information', [
        words(124, 48, 'App-Level Tokens', 'd-title'),
        button(124, 58, 172, 'Generate Token and Scopes', true),
        dialog(160, 90, 188, 96),
        field(172, 98, 164, 'autokitteh'),
        html`<rect class="d-chip" x="172" y="127" width="122" height="20" rx="10" />`,
        words(182, 140.5, 'connections:write', 'd-strong'),
        button(262, 156, 74, 'Generate', true),
        pointer(318, 170),
      ]),
    ],
  );
}

export function drawBotToken(): Html {
  return drawing('Under Install App, press Copy beside the Bot User OAuth Token.', [
    settingsWindow(ENTRIES, 'Install App', [
      words(124, 52, 'OAuth Tokens', 'd-title'),
      words(124, 82, 'Bot User OAuth Token', 'd-text'),
      field(124, 92, 156, 'xoxb-••••••••••••••••'),
      button(288, 92, 58, 'Copy', true),
      pointer(328, 107),
      html`<path class="d-bar" d="M124 140h180M124 152h140" />`,
    ]),
  ]);
}

export function drawAppHome(): Html {
  return drawing('Under App Home, Show Tabs: the Messages Tab is on, and the box below it is ticked.', [
    settingsWindow(ENTRIES, 'App Home', [
      words(124, 52, 'Show Tabs', 'd-title'),
      words(124, 84, 'Messages Tab', 'd-text'),
      html`<rect class="d-hot" x="312" y="72" width="34" height="18" rx="9" />
        <circle class="d-knob" cx="337" cy="81" r="6.500" />`,
      html`<rect class="d-hot" x="124" y="106" width="15" height="15" rx="3" />
        <path class="d-tick" d="M127.500 113.500l3 3.200 5-6.200" />`,
      words(146, 117, 'Allow users to send Slash commands', 'd-text'),
      words(146, 131, 'and messages from the messages tab', 'd-text'),
      pointer(134, 116),
    ]),
  ]);
}

export function drawMemberId(): Html {
  return drawing('In Slack, open your profile, the menu with the dots, and choose Copy member ID.', [
    html`<rect class="d-frame" x="1" y="1" width="358" height="194" rx="10" />
      <rect class="d-chip" x="24" y="28" width="64" height="64" rx="12" />
      <circle class="d-knob" cx="56" cy="53" r="12" />
      <path class="d-knob" d="M34 92c0-22 44-22 44 0z" />`,
    words(104, 54, 'You', 'd-title'),
    html`<path class="d-bar" d="M104 68h80" />`,
    button(104, 84, 66, 'Message'),
    button(178, 84, 34, '⋮', true),
    dialog(196, 100, 146, 80),
    words(210, 122, 'View preferences', 'd-quiet'),
    html`<rect class="d-mark" x="202" y="132" width="134" height="20" rx="4" />`,
    words(210, 146, 'Copy member ID', 'd-strong'),
    words(210, 168, 'Set a reminder', 'd-quiet'),
    pointer(288, 145),
  ]);
}

/** A small picture of what to click, in the page's own colours; `label` says it to those who do not see it. */
function drawing(label: string, content: Html | Html[]): Html {
  return html`<figure class="drawing">
    <svg viewBox="0 0 360 196" role="img" aria-label="${label}">${content}</svg>
  </figure>`;
}

/** A browser window whose left column lists `entries`, one of them marked. */
function settingsWindow(entries: readonly string[], current: string, content: Html | Html[]): Html {
  return html`<rect class="d-frame" x="1" y="1" width="358" height="194" rx="10" />
    <path class="d-rule" d="M1 24h358M108 24v171" />
    <circle class="d-dot" cx="16" cy="12.500" r="3" />
    <circle class="d-dot" cx="27" cy="12.500" r="3" />
    <circle class="d-dot" cx="38" cy="12.500" r="3" />
    ${entries.map((entry, index) => {
      const y = 44 + index * 20;
      if (entry !== current) return words(12, y, entry, 'd-quiet');
      return html`<rect class="d-mark" x="6" y="${y - 11}" width="97" height="17" rx="4" />
        ${words(12, y, entry, 'd-strong')}`;
    })}
    ${content}`;
}

/** A line of text whose baseline is at `y`. */
export function words(
  x: number,
  y: number,
  text: string,
  look: 'd-text' | 'd-quiet' | 'd-strong' | 'd-title',
): Html {
  return html`<text class="${look}" x="${x}" y="${y}">${text}</text>`;
}

/** A button; `hot` is the one to click. */
function button(x: number, y: number, width: number, label: string, hot = false): Html {
  return html`<rect
      class="${hot ? 'd-hot' : 'd-button'}"
      x="${x}"
      y="${y}"
      width="${width}"
      height="22"
      rx="5"
    />
    <text class="${hot ? 'd-hot-text' : 'd-text'}" x="${x + width / 2}" y="${y + 14.5}" text-anchor="middle">
      ${label}
    </text>`;
}

/** A box with a text in it. */
export function field(x: number, y: number, width: number, text: string): Html {
  return html`<rect class="d-field" x="${x}" y="${y}" width="${width}" height="22" rx="5" />
    ${words(x + 8, y + 14.5, text, 'd-text')}`;
}

/** A dialog that lies over the window. */
function dialog(x: number, y: number, width: number, height: number): Html {
  return html`<rect class="d-dialog" x="${x}" y="${y}" width="${width}" height="${height}" rx="8" />`;
}

/** The pointer, its tip at that place. */
function pointer(x: number, y: number): Html {
  return html`<path
    class="d-pointer"
    transform="translate(${x} ${y})"
    d="M0 0l3.200 13.500 3-4.600 5.400-.6z"
  />`;
}
