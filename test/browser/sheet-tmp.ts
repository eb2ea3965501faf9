import { launchChromium } from './chromium.js';
const b = await launchChromium();
const p = await b.newPage({ viewport: { width: 880, height: 760 } });
await p.goto(`file://${process.argv[2]}`);
await p.screenshot({ path: process.argv[3]!, fullPage: true });
await b.close();
