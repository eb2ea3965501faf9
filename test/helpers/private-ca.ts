import { fileURLToPath } from 'node:url';

const file = (name: string): string => fileURLToPath(new URL(`../data/private-ca/${name}`, import.meta.url));

/**
 * Files of a certificate authority that nobody else trusts, and of its one certificate: for localhost, names under `.test`,
 * and slack.com with the hosts below it. The authority's own key was not kept.
 */
export const PRIVATE_CA = { ca: file('ca.pem'), cert: file('cert.pem'), key: file('key.pem') };
