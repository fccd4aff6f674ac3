// A headless Chromium for the tests of the HTML report and for scripts/screenshot: opens a local page at a width and a
// colour scheme, and keeps everything that page tried to do.
import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

const kPrograms = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const kDriver = new URL('../node_modules/puppeteer-core', import.meta.url);

/** Why no browser can be started, or an empty text. */
export function missing() {
  if (!existsSync(fileURLToPath(kDriver))) {
    return 'tests/node_modules has no puppeteer-core (run scripts/setup test)';
  }
  return program() ? '' : 'no Chromium is installed (run scripts/setup test, or set CHROMIUM)';
}

function program() {
  return kPrograms.find((path) => path && existsSync(path));
}

/** A running browser; close it. The page is ours and local, so that root needs no sandbox of its own. */
export async function launch() {
  const { default: puppeteer } = await import('puppeteer-core');
  const sandbox = process.getuid() === 0 ? ['--no-sandbox'] : [];
  return puppeteer.launch({ executablePath: program(), headless: true, args: [...sandbox, '--disable-gpu', '--hide-scrollbars', '--disable-dev-shm-usage'] });
}

/**
 * Opens the file. `scheme` is light or dark. The answer holds the page and, filled while it lives: `requests` (all URLs but
 * the page's own), `messages` (console lines and uncaught errors), `dialogs`.
 */
export async function open(browser, file, { width, scheme, height = 900 }) {
  const page = await browser.newPage();
  const url = pathToFileURL(file).href;
  const seen = { page, requests: [], messages: [], dialogs: [] };
  page.on('request', (request) => request.url().split('#')[0] === url || seen.requests.push(request.url()));
  page.on('console', (message) => seen.messages.push(message.text()));
  page.on('pageerror', (error) => seen.messages.push(String(error)));
  page.on('dialog', (dialog) => {
    seen.dialogs.push(dialog.message());
    dialog.dismiss();
  });
  await page.setViewport({ width, height });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
  await page.goto(url);
  return seen;
}
