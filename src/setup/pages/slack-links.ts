import { html } from 'hono/html';
import { appPageUrl } from '../../slack/app-pages.js';
import { newTab, type Html, type PageView } from './view.js';

/** Pages of an app's settings: the last part of their address, and what they are called there. */
const PAGES = {
  general: 'Basic Information',
  'install-on-team': 'Install App',
  'app-home': 'App Home',
} as const;

/**
 * A link to a page of the app's own settings; as long as the app's id is not known, to the list of the person's apps. The
 * script changes the address when an app-level token is typed.
 */
export function settingsLink({ slackSite, appId }: PageView, page: keyof typeof PAGES): Html {
  return newTab(appPageUrl(slackSite, appId, page), `Open ${PAGES[page]}`, html`data-app-page="${page}"`);
}
