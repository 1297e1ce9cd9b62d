// What the tests of the page share: a real browser (Debian's chromium), requests to look at, and the run.
// Screenshots of each view are left in build/page/ for people to look at.
import { access, mkdir, readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';

const SKIPPED = 77;
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
export const SHOTS = join(dirname(fileURLToPath(import.meta.url)), '../../build/page');
const AXE = join(dirname(fileURLToPath(import.meta.url)), 'node_modules/axe-core/axe.min.js');

// Texts that would become markup, a script or a command if anything took them for more than text.
export const PAYLOADS = [
  '<img src=x onerror=alert(1)>',
  '"><script>alert(2)</script>',
  "javascript:alert(3)//'\"`",
  '<svg/onload=alert(4)>',
  '{{constructor.constructor("alert(5)")()}}',
  '\u202Egnp.exe\u2066',
];

await access(CHROMIUM).catch(() => {
  console.log(`${CHROMIUM} is not installed`);
  process.exit(SKIPPED);
});
await mkdir(SHOTS, { recursive: true });
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });

// A page that counts everything that must not happen.
export async function openPage(options = {}) {
  const context = await browser.newContext({ timezoneId: 'Asia/Kolkata', ...options });
  const page = await context.newPage();
  page.faults = [];
  page.on('pageerror', (error) => page.faults.push(`exception: ${error.message}`));
  page.on('dialog', (dialog) => page.faults.push(`dialog: ${dialog.message()}`));
  page.on('console', (message) => {
    const expected = /status of 40[01]/.test(message.text());
    if (message.type() === 'error' && !expected) page.faults.push(`console: ${message.text()}`);
  });
  return page;
}

export function watchHosts(page, url) {
  page.on('request', (request) => {
    if (!request.url().startsWith(url)) page.faults.push(`outside: ${request.url()}`);
  });
}

export async function chat(gateway, model, headers = {}) {
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hello' }] }),
  });
  await response.text();
  return response.headers.get('x-request-id');
}

// The serious faults that axe finds on the page as it is.
export async function accessibilityFaults(page) {
  await page.evaluate(await readFile(AXE, 'utf8'));
  const { violations } = await page.evaluate(() => globalThis.axe.run(document));
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0].html} ${nodes[0].failureSummary ?? ''}`);
}

export async function signIn(page, url, key) {
  await page.goto(`${url}/agm/`);
  await page.getByLabel('Key of this gateway').fill(key);
  await page.keyboard.press('Enter');
  await page.getByText('Serving').waitFor();
}

// The requests in the metrics, without those for the page itself.
export const counted = (metrics) => [...metrics.matchAll(/^agm_requests_total\{[^}]*route="([^"]*)"[^}]*\} (\d+)/gm)]
  .filter(([, route]) => !/^(page|metrics|accounts|keys|health|ready)/.test(route))
  .reduce((sum, [, , value]) => sum + Number(value), 0);

// A client that leaves while it waits, once its complete request is with the system.
function leaveAfterSending(url, body) {
  return new Promise((done) => {
    const sent = request(url, { method: 'POST', agent: false, headers: { 'Content-Type': 'application/json' } });
    sent.on('error', () => {}).on('close', done);
    sent.on('response', (response) => response.resume());
    sent.end(JSON.stringify(body), () => setTimeout(() => sent.destroy(), 50));
  });
}

// Requests of every kind, eight at a time: answers whole and in streams, in three APIs; refusals of the
// gateway and of the upstream; and clients that leave. Returns how many left.
export async function mixedRequests(url, count) {
  let left = 0;
  const post = (path, body, signal) => fetch(`${url}${path}`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body), signal });
  const messages = (content) => [{ role: 'user', content }];
  const chatOf = (content, more = {}) => ({ model: 'gemini-2.5-flash', messages: messages(content), ...more });
  const kinds = [
    () => post('/v1/chat/completions', chatOf('hello')),
    () => post('/v1/chat/completions', chatOf('hello', { stream: true })),
    () => post('/v1/messages', { model: 'gemini-2.5-pro', max_tokens: 50, messages: messages('hello') }),
    () => post('/v1/embeddings', { model: 'text-embedding-3-small', input: 'hello' }),
    () => post('/v1/chat/completions', chatOf('please fail')),
    () => post('/v1/chat/completions', chatOf('hello', { model: 'no-such-model' })),
    () => post('/v1/chat/completions', { model: 'gemini-2.5-flash' }),
    () => fetch(`${url}/v1/models`),
    () => fetch(`${url}/v1/nowhere`),
    async () => {
      const leave = new AbortController();
      const response = await post('/v1/chat/completions', chatOf('a long answer', { stream: true }), leave.signal);
      await response.body.getReader().read();
      left += 1;
      leave.abort();
    },
    async () => {
      left += 1;
      await leaveAfterSending(`${url}/v1/chat/completions`, chatOf('silence', { stream: next % 2 === 0 }));
    },
  ];
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const response = await kinds[next++ % kinds.length]();
      await response?.text();
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return left;
}

export const json = async (url) => (await fetch(url)).json();

// Runs the tests whose names contain the program's argument, and ends the process.
export async function runTests(tests) {
  let failed = 0;
  for (const [name, test] of Object.entries(tests)) {
    if (process.argv[2] && !name.includes(process.argv[2])) continue;
    try {
      await test();
      console.log(`ok   ${name}`);
    } catch (error) {
      failed += 1;
      console.log(`FAIL ${name}\n${error.stack}`);
    }
  }
  await browser.close();
  process.exit(failed === 0 ? 0 : 1);
}
