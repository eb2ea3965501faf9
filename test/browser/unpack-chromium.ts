import chromium from '@sparticuz/chromium';

/** Before all tests: the library unpacks its browser without a lock, and two test files would do it at once. */
export default async function unpackChromium(): Promise<void> {
  await chromium.executablePath();
}
