import { html } from 'hono/html';
import type { CheckName, CheckStep } from '../check-tokens.js';
import { sentence } from '../../core/words.js';
import { loginLink, type AppOutcome, type Html, type Outcome, type PageView } from './view.js';

const NAMES: Readonly<Record<CheckName, string>> = {
  bot_token: 'Bot token',
  bot: 'Bot',
  app_token: 'App-level token',
  same_app: 'Same app',
  scopes: 'Scopes',
};

const VERDICTS: Readonly<Record<CheckStep['verdict'], string>> = {
  passed: 'right',
  warning: 'look',
  failed: 'wrong',
  open: 'open',
};

/** What became of the tokens, if they were just looked at; always there, so that the script can put the next one in. */
export function tokenOutcome(outcome: Outcome | undefined): Html {
  return html`<div id="outcome" class="outcome" tabindex="-1">
    ${tokenSentence(tokenOutcomeOf(outcome))}
  </div>`;
}

function tokenSentence(outcome: TokenOutcome | undefined): Html | string {
  if (outcome === undefined) return '';
  if (outcome.t === 'refused') return bad(refusedWords(outcome));
  const passed = outcome.t === 'checked' && outcome.passed;
  const title = passed
    ? 'Both tokens are right. Nothing is stored yet: save the connection.'
    : 'The tokens are not right yet. Nothing was stored.';
  return html`<div class="note ${passed ? 'note-good' : 'note-bad'}" role="${passed ? 'status' : 'alert'}">
    <p><strong>${title}</strong></p>
    <ul class="checks">
      ${outcome.steps.map(checkLine)}
    </ul>
    <p class="plain-only">The tokens are not shown again: paste them once more to go on.</p>
  </div>`;
}

function checkLine({ name, verdict, sentence: text }: CheckStep): Html {
  return html`<li class="check-${verdict}">
    <span class="verdict">${VERDICTS[verdict]}</span>
    <span><strong>${NAMES[name]}:</strong> ${text}</span>
  </li>`;
}

type TokenOutcome = Extract<Outcome, { t: 'refused' | 'checked' | 'not_saved' }>;

type Refused = Extract<Outcome, { t: 'refused' }>;

function refusedWords({ stored, sentence: text }: Refused): Html {
  return stored === 'nothing'
    ? html`<strong>Nothing was stored.</strong> ${sentence(text)}`
    : html`<strong>${sentence(text)}</strong>`;
}

/**
 * Said when the login to AutoKitteh has expired, in the place of the form's outcome, so that the script can put it beside
 * the form, where what was typed stays. Without script the browser still has the form, and sends it again.
 */
export function loginOutcome(view: PageView, outcome: Refused): Html {
  return html`<div id="${placeOf(outcome)}" class="outcome" tabindex="-1">
    <div class="note note-bad" role="alert">
      <p>${refusedWords(outcome)}</p>
      <p>${loginLink(view)}</p>
      <p data-when="page">Then load this page again: your browser asks whether to send the form again.</p>
      <p data-when="form" hidden>Then press the button again: what you typed is still here.</p>
    </div>
  </div>`;
}

function placeOf(outcome: Refused): string {
  if (appOutcomeOf(outcome) !== undefined) return 'app-outcome';
  return outcome.action === 'test_message' ? 'test-outcome' : 'outcome';
}

/** The outcome if it belongs to the form with the tokens. */
export function tokenOutcomeOf(outcome: Outcome | undefined): TokenOutcome | undefined {
  switch (outcome?.t) {
    case 'refused':
      return outcome.action === 'save' || outcome.action === 'check' ? outcome : undefined;
    case 'checked':
    case 'not_saved':
      return outcome;
    default:
      return undefined;
  }
}

/** The outcome if it belongs to the form that creates and changes the Slack app. */
export function appOutcomeOf(outcome: Outcome | undefined): AppOutcome | undefined {
  switch (outcome?.t) {
    case 'refused':
      return outcome.action.startsWith('app_') ? outcome : undefined;
    case 'app_changes':
    case 'app_done':
    case 'app_refused':
      return outcome;
    default:
      return undefined;
  }
}

/** What became of the test message. */
export function testOutcome(outcome: Outcome | undefined): Html {
  return html`<div id="test-outcome" class="outcome" tabindex="-1">${testSentence(outcome)}</div>`;
}

function testSentence(outcome: Outcome | undefined): Html | string {
  if (outcome?.t === 'refused' && outcome.action === 'test_message') return bad(sentence(outcome.sentence));
  if (outcome?.t !== 'test_message') return '';
  if (!outcome.sent) return bad(outcome.sentence);
  return html`<div class="note note-good" role="status"><p>${outcome.sentence}</p></div>`;
}

/** What kept any other button of the page from doing its work. */
export function otherRefusal(outcome: Outcome | undefined): Html | string {
  if (outcome?.t !== 'refused' || outcome.action === 'test_message') return '';
  if (tokenOutcomeOf(outcome) !== undefined || appOutcomeOf(outcome) !== undefined) return '';
  return bad(sentence(outcome.sentence));
}

export function bad(content: Html | string): Html {
  return html`<div class="note note-bad" role="alert"><p>${content}</p></div>`;
}
