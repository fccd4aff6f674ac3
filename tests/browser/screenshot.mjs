// screenshot.mjs PAGE.html PICTURE.png: the top of a report as a picture for the documentation, at most 200 kB.
import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { launch, missing, open } from './browser.mjs';

const kMostBytes = 200000;
const [page, picture] = process.argv.slice(2);

if (missing()) {
  console.error(`screenshot: ${missing()}`);
  process.exit(1);
}
mkdirSync(dirname(picture), { recursive: true });
const browser = await launch();
const seen = await open(browser, resolve(page), { width: 1280, scheme: 'light', height: 940 });
await seen.page.screenshot({ path: picture, optimizeForSpeed: false });
await browser.close();
if (statSync(picture).size > kMostBytes) {
  console.error(`screenshot: ${picture} is larger than ${kMostBytes} bytes`);
  process.exit(1);
}
