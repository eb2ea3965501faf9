import { html } from 'hono/html';
import { drawMemberId } from './drawings.js';
import { hiddenFields } from './form.js';
import { testOutcome } from './outcome.js';
import type { Html, PageView } from './view.js';

/** Both ways once: a message from the bot, and an event to the workflow. */
export function testMessageCard(view: PageView): Html {
  const command = view.manifest.features.slash_commands?.[0]?.command;
  return html`<section class="card" id="try" aria-labelledby="try-title">
    <h2 id="try-title">Try it</h2>
    <form id="test-form" method="post" action="/slack/save">
      ${hiddenFields(view)}
      <div class="field">
        <label for="recipient">Send yourself a test message</label>
        <div class="with-button">
          <input
            id="recipient"
            name="recipient"
            placeholder="U0123456789 or #channel"
            autocomplete="off"
            autocapitalize="none"
            spellcheck="false"
            aria-describedby="recipient-hint"
            required
          />
          <button name="action" value="test_message">Send</button>
        </div>
        <p class="hint" id="recipient-hint">Your member ID, or a channel to which the bot was invited.</p>
      </div>
      ${testOutcome(view.outcome)}
    </form>
    <details class="inner">
      <summary>Where is my member ID?</summary>
      <div class="beside">
        <p>
          In Slack, press your picture, then <b>Profile</b>, then the three dots, then <b>Copy member ID</b>.
        </p>
        ${drawMemberId()}
      </div>
    </details>
    <p>
      Then the other way: mention the bot in
      Slack${command === undefined ? '' : html` or type <code>${command} hello</code>`}, and watch
      <em>Last event</em> above.
    </p>
  </section>`;
}
