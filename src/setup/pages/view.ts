import { html } from 'hono/html';
import type { AppManifest } from '../../browser/app-manifest.js';
import type { EventsAnswer } from '../../browser/events.js';
import type { CheckStep } from '../check-tokens.js';
import type { OwnConnection } from '../connection-access.js';
import type { OpenEvent } from '../events/connection-events.js';
import type { LiveConnection } from '../ports.js';

/** A piece of a page, with everything that came from outside escaped. */
export type Html = ReturnType<typeof html>;

/** What became of the form that was just sent. */
export type Outcome =
  /** Tokens were looked at; nothing was stored. */
  | { readonly t: 'checked'; readonly passed: boolean; readonly steps: readonly CheckStep[] }
  /** Saving was tried, and nothing was stored. */
  | { readonly t: 'not_saved'; readonly steps: readonly CheckStep[] }
  /** Something else was in the way; `action` is the button that was pressed. */
  | {
      readonly t: 'refused';
      readonly action: string;
      readonly sentence: string;
      /** `unknown`: AutoKitteh did not say what became of it. */
      readonly stored: 'nothing' | 'unknown';
    }
  | { readonly t: 'test_message'; readonly sent: boolean; readonly sentence: string }
  /** What would be changed of a Slack app, or what a new one would be; nothing was changed. */
  | {
      readonly t: 'app_changes';
      /** Empty for a new app. */
      readonly appId: string;
      readonly lines: readonly string[];
      readonly warnings: readonly string[];
      /** Digest of what is shown, which comes back with *Apply*. */
      readonly shown: string;
      /** *Apply* was pressed, and this is not what had been shown. */
      readonly isAnew: boolean;
    }
  | {
      readonly t: 'app_done';
      readonly appId: string;
      readonly isNew: boolean;
      readonly needsInstall: boolean;
    }
  | { readonly t: 'app_refused'; readonly sentence: string; readonly problems: readonly string[] };

/** Outcomes that belong to the form that creates and changes the Slack app. */
export type AppOutcome = Extract<Outcome, { t: 'refused' | 'app_changes' | 'app_done' | 'app_refused' }>;

/** A save that a page of unknown origin opened a window for: whether the person wants it. */
export interface Question {
  /** Sent again as they came, if so. */
  readonly parameters: ReadonlyMap<string, string>;
  /** Origin of the page that opened the window, if its browser told. */
  readonly asker: string | undefined;
}

/** The connection that the page is about. */
export type Subject =
  /** Opened without a connection: the guide alone. */
  | { readonly t: 'none' }
  /** It cannot be shown: not there, not theirs, or the server is away. */
  | {
      readonly t: 'unavailable';
      readonly sentence: string;
      readonly advice: string;
      /** The person has to log in to AutoKitteh. */
      readonly needsLogin: boolean;
    }
  | { readonly t: 'question'; readonly connection: OwnConnection; readonly question: Question }
  /** Whether both tokens are to be deleted. */
  | { readonly t: 'confirm'; readonly connection: OwnConnection }
  | {
      readonly t: 'connection';
      readonly connection: OwnConnection;
      readonly project: string | undefined;
      readonly live: LiveConnection | undefined;
      /** Absent where nothing is set up yet. */
      readonly events?: EventsAnswer | undefined;
      /** The one that is unfolded. */
      readonly event?: OpenEvent | undefined;
    };

export interface PageView {
  /** For the style sheets and the one script that the page may load. */
  readonly nonce: string;
  /** As in the address; empty when absent. */
  readonly connectionId: string;
  readonly origin: string;
  /** The server's address, where it is not the page's own. */
  readonly serverUrl: string | undefined;
  /** The proposed Slack app, under its name. */
  readonly manifest: AppManifest;
  /** The name of the project or the connection, as AutoKitteh has it; nothing without a connection. */
  readonly name: string | undefined;
  /** The app of AutoKitteh's documentation is shown in the place of the proposed one. */
  readonly documented: boolean;
  /** Slack's site: `slack.com` or `slack-gov.com`. */
  readonly slackSite: string;
  /** The Slack app of the app-level token that is stored or was just typed; empty when it is not known. */
  readonly appId: string;
  readonly subject: Subject;
  readonly outcome?: Outcome | undefined;
}

/** The fields that every form of the page carries: which connection, and where the person came from. */
export function hiddenFields(view: PageView, authType = 'socketMode'): Html {
  return html`<input type="hidden" name="cid" value="${view.connectionId}" />
    <input type="hidden" name="origin" value="${view.origin}" />
    <input type="hidden" name="auth_type" value="${authType}" />
    ${view.documented ? html`<input type="hidden" name="app" value="documented" />` : ''}`;
}

/** A link that opens a new tab, and says so. */
export function newTab(href: string, words: string, attributes: Html | string = ''): Html {
  return html`<a href="${href}" target="_blank" rel="noopener noreferrer" ${attributes}
    >${words} <span aria-hidden="true">↗</span><span class="unseen"> (opens a new tab)</span></a
  >`;
}

/** AutoKitteh's own login, which leads nowhere else: the page that needs it stays open. */
export function loginLink({ serverUrl }: PageView): Html {
  return newTab(`${serverUrl ?? ''}/login`, 'Log in to AutoKitteh');
}
