// The HTML report in a real browser: nothing leaves the file, nothing runs, nothing overflows, everyone can read it. Pages: the
// flawed and the fixed example, one that cannot be judged, and a repository whose names are attacks.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launch, missing, open } from '../browser/browser.mjs';

const kWidths = [1280, 1024, 768, 390, 320];
const kTags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const kAttacks = ['<script>alert(1)</script>', '<img src=x onerror=alert(1)>', '"onload="alert(1)', "'onmouseover='alert(1)", 'javascript:alert(1)', '</style><script>alert(1)</script>', '{{CSS:none}}', '{{#GROUP}}'];
const source = process.env.MUSTER_SOURCE_DIR;
const noAxe = existsSync(fileURLToPath(new URL('../node_modules/axe-core', import.meta.url))) ? '' : 'tests/node_modules has no axe-core (run scripts/setup test)';
const failures = [];

if (missing() || noAxe) {
  console.log(`skipped: ${missing() || noAxe}`);
  process.exit(77);
}

const work = mkdtempSync(join(tmpdir(), 'muster-page-'));
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8');

function expect(condition, message) {
  if (!condition) {
    failures.push(message);
  }
}

function report(folder, name) {
  const out = join(work, `${name}-report`);
  const result = spawnSync(process.env.MUSTER, ['audit', folder, '--history', join(work, `${name}.db`), '--out', out], { encoding: 'utf8' });
  expect([0, 1, 3].includes(result.status), `${name}: audit ends with ${result.status}: ${result.stderr}`);
  return join(out, 'report.html');
}

// Attacks as file names, job names, actions, environments, images, roles and the repository itself.
function hostileRepository() {
  const folder = join(work, 'hostile');
  cpSync(join(source, 'examples/sandbox-ecs/flawed'), folder, { recursive: true });
  const workflows = join(folder, '.github', 'workflows');
  renameSync(join(workflows, 'rollback.yml'), join(workflows, '<img src=x onerror=alert(1)>.yml'));
  // A group shows ten places: the attacks shall be among them.
  ['deploy.yml', 'terraform.yml', 'test.yml'].forEach((file) => rmSync(join(workflows, file)));
  const jobs = kAttacks.map((attack, i) => {
    const text = JSON.stringify(attack);
    return `  ${text}:\n    name: ${text}\n    runs-on: ubuntu-24.04\n    environment: ${text}\n    steps:\n      - id: step${i}\n        name: ${text}\n        uses: ${JSON.stringify(`acme/${attack}@v1`)}\n      - run: ${JSON.stringify(`docker push 111122223333.dkr.ecr.eu-central-1.amazonaws.com/${attack}:latest\naws ecs update-service --cluster ${attack}`)}\n`;
  });
  writeFileSync(join(workflows, 'attacks.yml'), `name: attacks\non: push\njobs:\n${jobs.join('')}`);
  writeFileSync(join(workflows, '<script>alert(1)<!--.yml'), 'on: push\njobs: [\n');
  writeFileSync(join(workflows, '"onload="alert(1).yml'), 'on: push\njobs: [\n');
  kAttacks.forEach((attack, i) => {
    const statement = { Sid: `S${i}${attack}`, Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' };
    writeFileSync(join(folder, 'iam', `${attack.replaceAll('/', '_')}.json`), JSON.stringify({ Version: '2012-10-17', Statement: [statement] }));
  });
  return folder;
}

// The fixed example with a workflow that cannot be read and a trust policy that is not there.
function incompleteRepository() {
  const folder = join(work, 'incomplete');
  cpSync(join(source, 'examples/sandbox-ecs/fixed'), folder, { recursive: true });
  writeFileSync(join(folder, '.github', 'workflows', 'broken.yml'), 'jobs: [\n');
  rmSync(join(folder, 'iam', 'deploy-trust.json'));
  return folder;
}

async function openAll(page) {
  await page.evaluate(() => document.querySelectorAll('details').forEach((details) => (details.open = true)));
}

async function quiet(name, { page, requests, messages, dialogs }) {
  expect(requests.length === 0, `${name}: requests ${requests}`);
  expect(messages.length === 0, `${name}: console ${messages}`);
  expect(dialogs.length === 0, `${name}: dialogs ${dialogs}`);
  const inside = await page.evaluate(() => ({
    policy: document.querySelector('meta[http-equiv="Content-Security-Policy"]')?.content ?? '',
    foreign: document.querySelectorAll('script,iframe,object,embed,base,form,img,link,[style],[onload],[onerror]').length,
    links: [...document.querySelectorAll('a')].filter((a) => !a.getAttribute('href').startsWith('#')).length,
    ids: [...document.querySelectorAll('[id]')].map((node) => node.id),
    broken: [...document.querySelectorAll('a')].filter((a) => !document.getElementById(a.getAttribute('href').slice(1))).length,
  }));
  expect(inside.policy.startsWith("default-src 'none'; style-src 'sha256-"), `${name}: policy ${inside.policy}`);
  expect(inside.foreign === 0, `${name}: ${inside.foreign} elements that run or load something`);
  expect(inside.links === 0 && inside.broken === 0, `${name}: ${inside.links} links leave the page, ${inside.broken} lead nowhere`);
  expect(new Set(inside.ids).size === inside.ids.length, `${name}: an id stands twice`);
}

async function readable(name, page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate((tags) => globalThis.axe.run(document, { runOnly: { type: 'tag', values: tags } }), kTags);
  for (const { id, help, nodes } of violations) {
    failures.push(`${name}: axe ${id}: ${help}\n    ${nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} ${node.failureSummary}`).join('\n    ')}`);
  }
}

async function fits(name, page) {
  for (const width of kWidths) {
    await page.setViewport({ width, height: 900 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(wide <= 0, `${name}: ${wide} px too wide at ${width} px`);
  }
}

// A click on a decision opens the group that it speaks of, without a script.
async function deepLinks(name, page) {
  await page.evaluate(() => document.querySelectorAll('details').forEach((details) => (details.open = false)));
  const links = await page.$$('.decisions a');
  for (const link of links) {
    const target = await link.evaluate((a) => a.getAttribute('href').slice(1));
    await link.click();
    const top = await page.evaluate((id) => {
      const body = document.getElementById(id);
      return body.closest('details').open ? body.closest('details').getBoundingClientRect().top : null;
    }, target);
    expect(top !== null, `${name}: the link to ${target} opens nothing`);
    expect(top === null || (top >= 0 && top < 900), `${name}: the link to ${target} scrolls its heading to ${top}`);
  }
  return links.length;
}

async function check(browser, name, file) {
  for (const [width, scheme] of [[1280, 'light'], [1280, 'dark'], [390, 'light'], [390, 'dark']]) {
    const seen = await open(browser, file, { width, scheme });
    const title = `${name} at ${width} px ${scheme}`;
    const background = await seen.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect((background === 'rgb(255, 255, 255)') === (scheme === 'light'), `${title}: background ${background}`);
    await openAll(seen.page);
    await quiet(title, seen);
    await readable(title, seen.page);
    await seen.page.close();
  }
  const { page } = await open(browser, file, { width: 1280, scheme: 'light' });
  const links = await deepLinks(name, page);
  expect(links > 0 || !name.includes('flawed'), `${name}: no decision to click`);
  await openAll(page);
  await fits(name, page);
  await page.close();
}

// What an injected page did: dialogs, requests that reached a server, its title.
async function injected(browser, server, text) {
  const file = join(work, 'injected.html');
  writeFileSync(file, text);
  server.hits = 0;
  const { page, dialogs } = await open(browser, file, { width: 1280, scheme: 'light' });
  await page.evaluate(() => document.getElementById('click').click());
  await page.evaluate(() => document.getElementById('form').submit());
  await new Promise((resolve) => setTimeout(resolve, 300));
  const result = { dialogs: dialogs.length, hits: server.hits };
  await page.close();
  return result;
}

// The second wall: even if a text became markup, the page's policy would stop it. Without the policy the same page does run.
async function policyHolds(browser, file) {
  const server = createServer((request, response) => {
    server.hits += 1;
    response.end();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `http://127.0.0.1:${server.address().port}`;
  const attack = `<script>alert(1)</script><img src="${host}/image" onerror="alert(2)"><a id="click" href="javascript:alert(3)">x</a><iframe srcdoc="<script>parent.alert(4)</script>"></iframe><form id="form" action="${host}/form"></form>`;
  const text = readFileSync(file, 'utf8').replace('<main id="main">', `<main id="main">${attack}`);
  const held = await injected(browser, server, text);
  expect(held.dialogs === 0 && held.hits === 0, `the policy lets through: ${JSON.stringify(held)}`);
  const open = await injected(browser, server, text.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, ''));
  expect(open.dialogs > 0 && open.hits > 0, `the injection is harmless without the policy, so it proves nothing: ${JSON.stringify(open)}`);
  server.close();
}

function attacksArrived(file) {
  const text = readFileSync(file, 'utf8');
  for (const attack of kAttacks) {
    const escaped = attack.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
    expect(text.includes(escaped), `the hostile repository does not show ${attack}`);
  }
}

const browser = await launch();
try {
  const flawed = report(join(source, 'examples/sandbox-ecs/flawed'), 'flawed');
  const hostile = report(hostileRepository(), 'hostile');
  attacksArrived(hostile);
  await check(browser, 'flawed', flawed);
  await check(browser, 'fixed', report(join(source, 'examples/sandbox-ecs/fixed'), 'fixed'));
  await check(browser, 'incomplete', report(incompleteRepository(), 'incomplete'));
  await check(browser, 'hostile', hostile);
  await policyHolds(browser, flawed);
} finally {
  await browser.close();
  rmSync(work, { recursive: true });
}
if (failures.length > 0) {
  console.error(failures.join('\n'));
  process.exit(1);
}
console.log('the page holds in a browser');
