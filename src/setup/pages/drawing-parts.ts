import { html } from 'hono/html';
import type { Html } from './view.js';

/** A small picture of what to click, in the page's own colours; `label` says it to those who do not see it. */
export function drawing(label: string, content: Html | Html[]): Html {
  return html`<figure class="drawing">
    <svg viewBox="0 0 360 196" role="img" aria-label="${label}">${content}</svg>
  </figure>`;
}

/** A browser window whose left column lists `entries`, one of them marked. */
export function settingsWindow(entries: readonly string[], current: string, content: Html | Html[]): Html {
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
export function button(x: number, y: number, width: number, label: string, hot = false): Html {
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
export function dialog(x: number, y: number, width: number, height: number): Html {
  return html`<rect class="d-dialog" x="${x}" y="${y}" width="${width}" height="${height}" rx="8" />`;
}

/** The pointer, its tip at that place. */
export function pointer(x: number, y: number): Html {
  return html`<path
    class="d-pointer"
    transform="translate(${x} ${y})"
    d="M0 0l3.200 13.500 3-4.600 5.400-.6z"
  />`;
}
