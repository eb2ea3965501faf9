/**
 * The cookie of a session on `/ops/`. Browsers send a cookie to every port of a host, so the gateway, which may share its
 * host with the plugin's port, keeps it from the server.
 */
export const OPS_COOKIE = 'ak_slack_ops';
