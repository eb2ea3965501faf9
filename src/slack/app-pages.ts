/** The site of Slack that people use: government Slack has one of its own. */
export type SlackSite = 'slack.com' | 'slack-gov.com';

/** The site of a Web API. Any other API than those two, such as a scripted one, is Slack's. */
export function slackSiteOf(apiUrl: string): SlackSite {
  return /(^|\.)slack-gov\.com$/.test(new URL(apiUrl).hostname) ? 'slack-gov.com' : 'slack.com';
}

/** The last part of the address of a page of an app's settings: Basic Information is `general`. */
export type AppPage = 'general' | 'oauth' | 'socket-mode' | 'install-on-team' | 'app-home';

/** Slack: the address of a page of an app's settings; of the list of a person's apps where the app is not known. */
export function appPageUrl(site: string, appId: string, page: AppPage): string {
  const apps = `https://api.${site}/apps`;
  return appId === '' ? apps : `${apps}/${encodeURIComponent(appId)}/${page}`;
}
