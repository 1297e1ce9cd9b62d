// The page in a real browser (Debian's chromium): live rows, the payload corpus, sessions, foreign
// sites, a first visit, keyboard, small screens. Screenshots of each view are left in build/page/ for
// people to look at.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { access, mkdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { chromium } from 'playwright-core';

import { startGateway, startMock } from './gateway.mjs';

const SKIPPED = 77;
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const SHOTS = join(dirname(fileURLToPath(import.meta.url)), '../../build/page');
const WIDTHS = [1280, 360];
const AXE = join(dirname(fileURLToPath(import.meta.url)), 'node_modules/axe-core/axe.min.js');

// Texts that would become markup, a script or a command if anything took them for more than text.
const PAYLOADS = [
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
async function openPage(options = {}) {
  const context = await browser.newContext({ timezoneId: 'Asia/Kolkata', ...options });
  const page = await context.newPage();
  page.faults = [];
  page.on('pageerror', (error) => page.faults.push(`exception: ${error.message}`));
  page.on('dialog', (dialog) => page.faults.push(`dialog: ${dialog.message()}`));
  page.on('console', (message) => {
    const expected = /status of 401/.test(message.text());
    if (message.type() === 'error' && !expected) page.faults.push(`console: ${message.text()}`);
  });
  return page;
}

function watchHosts(page, url) {
  page.on('request', (request) => {
    if (!request.url().startsWith(url)) page.faults.push(`outside: ${request.url()}`);
  });
}

async function chat(gateway, model, headers = {}) {
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hello' }] }),
  });
  await response.text();
  return response.headers.get('x-request-id');
}

// The serious faults that axe finds on the page as it is.
async function accessibilityFaults(page) {
  await page.evaluate(await readFile(AXE, 'utf8'));
  const { violations } = await page.evaluate(() => globalThis.axe.run(document));
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0].html} ${nodes[0].failureSummary ?? ''}`);
}

async function signIn(page, url, key) {
  await page.goto(`${url}/agm/`);
  await page.getByLabel('Key of this gateway').fill(key);
  await page.keyboard.press('Enter');
  await page.getByText('Serving').waitFor();
}

// The requests in the metrics, without those for the page itself.
const counted = (metrics) => [...metrics.matchAll(/^agm_requests_total\{[^}]*route="([^"]*)"[^}]*\} (\d+)/gm)]
  .filter(([, route]) => !/^(page|metrics|accounts|keys|health|ready)/.test(route))
  .reduce((sum, [, , value]) => sum + Number(value), 0);

// Requests of every kind, eight at a time: answers whole and in streams, in three APIs; refusals of the
// gateway and of the upstream; and clients that leave. Returns how many left.
async function mixedRequests(url, count) {
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
      const signal = AbortSignal.timeout(50 + (next % 50));
      await post('/v1/chat/completions', chatOf('silence', { stream: next % 2 === 0 }), signal).catch(() => {});
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

const json = async (url) => (await fetch(url)).json();

const tests = {
  // No dialog, no element made of text, nothing outside, nothing that the policy had to stop.
  async 'hostile text stays text, and rows come live'() {
    const gateway = await startGateway();
    const page = await openPage();
    watchHosts(page, gateway.url);
    await page.goto(`${gateway.url}/agm/`);
    await page.getByText('No request yet').waitFor();
    for (const payload of PAYLOADS) await chat(gateway, payload, { 'User-Agent': 'codex/0.169.0' });
    const good = await chat(gateway, 'gpt-4o');
    await page.locator(`tr[data-id="${good}"]`).waitFor();
    assert.equal(await page.locator('tbody tr').count(), PAYLOADS.length + 1);
    for (const payload of PAYLOADS.slice(0, 4)) await page.getByText(payload).first().waitFor();
    assert.equal(await page.locator('main img, main script, main iframe').count(), 0);
    await page.locator('tr.failed a').first().click();
    await page.getByText('No upstream was asked').or(page.getByText('Tries')).first().waitFor();
    assert.equal(await page.locator('main img, main script').count(), 0);
    assert.deepEqual(page.faults, []);
    await page.context().close();
    await gateway.stop();
  },

  // AGM_REQUESTS=10000 makes more of them. Each is ended by an answer, an error or the client.
  async 'totals on the page, in agm stats and in /metrics are equal'() {
    const count = Number(process.env.AGM_REQUESTS ?? 500);
    const mock = await startMock({
      steps: [
        { match: { text: 'fail' }, times: 20, do: { error: 'internal' } },
        { match: { text: 'fail' }, do: { block: 'SAFETY' } },
        { match: { text: 'silence' }, do: { hang_ms: 400 } },
        { match: { text: 'long' }, do: { words: 400, pace_ms: 5 } },
      ],
    });
    const gateway = await startGateway({ upstream: mock.url, accounts: 2 });
    const left = await mixedRequests(gateway.url, count);
    await new Promise((done) => { setTimeout(done, 1000); });
    const page = await openPage();
    await page.goto(`${gateway.url}/agm/#/usage?span=today&by=model`);
    const total = page.locator('tr.sum td');
    await total.first().waitFor();
    const { today } = await json(`${gateway.url}/agm/status`);
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    const sum = (name) => [...metrics.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))]
      .reduce((all, [, value]) => all + Number(value), 0);
    const stats = JSON.parse((await gateway.run(['stats', '--since', '1d', '--json'])).stdout).total;
    console.log(`  ${count} requests, ${left} left by the client: ${today.requests} counted, ${today.errors} failed, ${today.cancelled} cancelled`);
    assert.equal(today.requests, count);
    assert.equal(await total.nth(1).innerText(), new Intl.NumberFormat('en').format(count));
    assert.equal(counted(metrics), count);
    for (const name of ['requests', 'errors', 'cancelled', 'input_tokens', 'output_tokens', 'cost_list_usd', 'unpriced']) {
      assert.equal(stats[name], today[name], name);
    }
    assert.equal(sum('agm_input_tokens_total'), today.input_tokens);
    assert.equal(sum('agm_output_tokens_total'), today.output_tokens);
    assert.ok(Math.abs(sum('agm_cost_usd_total') - today.cost_list_usd) < 1e-9);
    assert.equal(sum('agm_requests_cancelled_total'), today.cancelled);
    assert.deepEqual(page.faults, []);
    await page.context().close();
    await gateway.stop();
    await mock.stop();
  },

  async 'a first visit ends with a working account'() {
    const mock = await startMock({ steps: [] });
    const gateway = await startGateway({ upstream: mock.url, accounts: 0 });
    const page = await openPage();
    watchHosts(page, gateway.url);
    const began = Date.now();
    await page.goto(`${gateway.url}/`);
    await page.getByText('Add your first account').waitFor();
    await page.screenshot({ path: join(SHOTS, 'first-visit.png'), fullPage: true });
    await page.getByLabel('API key').fill('key-9-of-the-mock');
    await page.getByText('Another server').click();
    await page.getByLabel('Base URL').fill(mock.url);
    await page.getByRole('button', { name: 'Add account' }).click();
    await page.getByText('1 of 1 accounts ready').waitFor();
    console.log(`  from the address to a ready account: ${Date.now() - began} ms`);
    const id = await chat(gateway, 'gpt-4o');
    await page.locator(`tr[data-id="${id}"] .status.ok`).waitFor();
    assert.deepEqual(page.faults, []);
    await page.context().close();
    await gateway.stop();
    await mock.stop();
  },

  async 'a key signs in, a link signs in once, and neither opens /v1'() {
    const env = { AGM_API_KEY: 'sk-page-of-the-mock' };
    const gateway = await startGateway({ args: ['--auth-mode', 'strict'], env });
    const page = await openPage();
    await page.goto(`${gateway.url}/agm/`);
    await page.getByLabel('Key of this gateway').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('not a key of this gateway').waitFor();
    await page.screenshot({ path: join(SHOTS, 'sign-in.png'), fullPage: true });
    await page.getByLabel('Key of this gateway').fill(env.AGM_API_KEY);
    await page.keyboard.press('Enter');
    await page.getByText('● Serving').waitFor();
    const models = await page.evaluate(async () => (await fetch('/v1/models')).status);
    assert.equal(models, 401);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Key of this gateway').waitFor();
    const made = await fetch(`${gateway.url}/agm/session/token`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${env.AGM_API_KEY}`, 'Content-Type': 'application/json', 'X-Agm': '1' },
      body: '{}',
    });
    const { token } = await made.json();
    const link = await openPage();
    await link.goto(`${gateway.url}/agm/#t=${token}`);
    await link.getByText('● Serving').waitFor();
    assert.ok(!link.url().includes(token));
    const again = await openPage();
    await again.goto(`${gateway.url}/agm/#t=${token}`);
    await again.getByLabel('Key of this gateway').waitFor();
    for (const each of [page, link, again]) await each.context().close();
    await gateway.stop();
  },

  async 'client keys are made, shown once, rotated, disabled and removed'() {
    const env = { AGM_API_KEY: 'sk-page-of-the-mock' };
    const mock = await startMock({ steps: [] });
    const gateway = await startGateway({ upstream: mock.url, args: ['--auth-mode', 'strict'], env });
    const page = await openPage();
    watchHosts(page, gateway.url);
    await signIn(page, gateway.url, env.AGM_API_KEY);
    const models = async (key) =>
      (await fetch(`${gateway.url}/v1/models`, { headers: { Authorization: `Bearer ${key}` } })).status;
    // The gateway follows its file; the page does not wait for that.
    const becomes = async (key, status) => {
      for (let n = 0; n < 50 && (await models(key)) !== status; n += 1) await page.waitForTimeout(100);
      assert.equal(await models(key), status);
    };
    await page.goto(`${gateway.url}/agm/#/keys`);
    await page.getByRole('textbox', { name: 'Name' }).fill('ci');
    const form = page.locator('form', { has: page.getByRole('button', { name: 'Make key' }) });
    await form.getByLabel('Requests a minute').fill('60');
    await form.getByLabel('US$ a day').fill('2.5');
    await page.getByRole('button', { name: 'Make key' }).click();
    const shown = page.locator('main [role="alert"] code');
    const key = (await shown.innerText()).trim();
    assert.match(key, /^sk-agm-/);
    await becomes(key, 200);
    const card = page.locator('article', { hasText: 'ci' });
    await card.getByText('of $2.50').waitFor();
    await page.screenshot({ path: join(SHOTS, 'new-key.png'), fullPage: true });
    await page.getByRole('button', { name: 'I have it' }).click();
    assert.equal(await shown.count(), 0);
    assert.ok(!(await page.content()).includes(key), 'the key is shown once');
    await card.getByText('Change its limits').click();
    await card.getByLabel('US$ a day').fill('4');
    await card.getByLabel('Requests a minute').fill('');
    await card.getByRole('button', { name: 'Save' }).click();
    await card.getByText('of $4.00').waitFor();
    assert.equal(await card.getByText('Requests in this minute').count(), 0);
    await card.getByRole('button', { name: 'Disable' }).click();
    await becomes(key, 401);
    await card.getByText('disabled').waitFor();
    await card.getByRole('button', { name: 'Enable' }).click();
    await becomes(key, 200);
    await card.getByRole('button', { name: 'Rotate' }).click();
    await card.getByRole('button', { name: 'Really give it another secret?' }).click();
    const second = (await shown.innerText()).trim();
    assert.notEqual(second, key);
    await becomes(second, 200);
    assert.equal(await models(key), 200, 'the old secret has a day of grace');
    await page.getByRole('button', { name: 'I have it' }).click();
    await card.getByRole('button', { name: 'Remove' }).click();
    await card.getByRole('button', { name: 'Really remove it?' }).click();
    await page.getByText('There is no key with limits yet').waitFor();
    await becomes(second, 401);
    assert.deepEqual(page.faults, []);
    await page.context().close();
    await gateway.stop();
    await mock.stop();
  },

  async 'a key that may only read sees no other keys'() {
    const env = { AGM_API_KEY: 'sk-page-of-the-mock' };
    const mock = await startMock({ steps: [] });
    const gateway = await startGateway({ upstream: mock.url, args: ['--auth-mode', 'strict'], env });
    const made = await fetch(`${gateway.url}/agm/keys`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${env.AGM_API_KEY}`, 'Content-Type': 'application/json', 'X-Agm': '1' },
      body: JSON.stringify({ name: 'viewer', scopes: ['read'] }),
    });
    const { key } = await made.json();
    const page = await openPage();
    for (let n = 0; n < 50; n += 1) {
      const { status } = await fetch(`${gateway.url}/agm/status`, { headers: { Authorization: `Bearer ${key}` } });
      if (status === 200) break;
      await page.waitForTimeout(100);
    }
    await signIn(page, gateway.url, key);
    await page.goto(`${gateway.url}/agm/#/keys`);
    await page.getByText('Only a key with the scope admin').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Make key' }).count(), 0);
    assert.deepEqual(page.faults, []);
    await page.context().close();
    await gateway.stop();
    await mock.stop();
  },

  async 'a page of another site can do nothing'() {
    const gateway = await startGateway();
    const site = createServer((_, response) => {
      response.writeHead(200, { 'Content-Type': 'text/html' });
      response.end(`<iframe src="${gateway.url}/agm/"></iframe><img src="${gateway.url}/agm/status">`);
    });
    await new Promise((done) => { site.listen(0, '127.0.0.1', done); });
    const page = await openPage();
    await page.goto(`http://127.0.0.1:${site.address().port}/`);
    const seen = await page.evaluate(async (url) => {
      const tried = {};
      const attempt = async (name, path, options) => {
        try {
          const response = await fetch(`${url}${path}`, options);
          tried[name] = response.type === 'opaque' ? 'opaque' : response.status;
        } catch {
          tried[name] = 'refused';
        }
      };
      await attempt('read', '/agm/status');
      await attempt('json', '/agm/accounts', { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Agm': '1' }, body: '{"heal":"mock"}' });
      await attempt('simple', '/agm/accounts', { method: 'POST', mode: 'no-cors', body: '{"heal":"mock"}' });
      tried.stream = await new Promise((done) => {
        const source = new EventSource(`${url}/agm/requests/live`);
        source.onopen = () => done('open');
        source.onerror = () => { source.close(); done('refused'); };
      });
      return tried;
    }, gateway.url);
    assert.equal(seen.read, 'refused');
    assert.equal(seen.json, 'refused');
    assert.equal(seen.stream, 'refused');
    const framed = page.frames().find((frame) => frame.url().startsWith(gateway.url));
    assert.equal(framed, undefined, 'the page was framed');
    const { requests } = await json(`${gateway.url}/agm/requests`);
    assert.ok(requests.every((request) => request.status === 403), 'another site got an answer');
    await page.context().close();
    site.close();
    await gateway.stop();
  },

  async 'the keyboard is enough, and a restart is survived'() {
    const gateway = await startGateway();
    await chat(gateway, 'gpt-4o');
    await chat(gateway, 'no-such-model');
    const page = await openPage();
    await page.goto(`${gateway.url}/agm/`);
    await page.locator('tr[data-id]').first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByText('← All requests').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('tr[data-id]').first().waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('no-such');
    await page.waitForFunction(() => document.querySelectorAll('tr[data-id]').length === 1);
    await page.keyboard.press('Escape');
    await page.keyboard.press('3');
    await page.getByText('List price').waitFor();
    await gateway.stop();
    await page.getByText('Reconnecting').waitFor();
    await page.context().close();
  },

  async 'days are those of the viewer'() {
    const gateway = await startGateway();
    await chat(gateway, 'gpt-4o');
    for (const timezoneId of ['Asia/Kolkata', 'America/Los_Angeles', 'Pacific/Chatham']) {
      const page = await openPage({ timezoneId });
      await page.goto(`${gateway.url}/agm/#/usage?span=7d`);
      const shown = await page.evaluate(() => Intl.DateTimeFormat().resolvedOptions().timeZone);
      await page.getByText(`days of ${shown}`).waitFor();
      const today = new Intl.DateTimeFormat('sv-SE', { timeZone: timezoneId }).format(new Date());
      const usage = await json(`${gateway.url}/agm/usage?bucket=1d&tz=${timezoneId}`);
      assert.deepEqual(usage.rows.map((row) => row.bucket), [today]);
      await page.context().close();
    }
    await gateway.stop();
  },

  // The gateway's own names of such hours are tested in buckets_test.cc.
  async 'days with 23 and 25 hours have as many bars'() {
    const gateway = await startGateway();
    const bars = async (timezoneId, now, span, rows = []) => {
      const page = await openPage({ timezoneId });
      await page.clock.setFixedTime(new Date(now));
      await page.route('**/agm/usage?*', async (route) => {
        const usage = await (await route.fetch({ url: `${gateway.url}/agm/usage` })).json();
        const empty = { ...usage.total, requests: 1 };
        return route.fulfill({ json: { ...usage, rows: [{ ...empty, bucket: 'never' }, ...rows.map((bucket) => ({ ...empty, bucket }))] } });
      });
      await page.goto(`${gateway.url}/agm/#/usage?span=${span}`);
      await page.locator('.chart title').first().waitFor({ state: 'attached' });
      const titles = await page.locator('.chart title').allTextContents();
      await page.context().close();
      return titles;
    };
    const long = await bars('America/Los_Angeles', '2026-11-02T07:30:00Z', 'today', ['2026-11-01 01:00', '2026-11-01 01:00 -08:00']);
    assert.equal(long.length, 25);
    assert.match(long[1], /^2026-11-01 01:00: 1 requests/);
    assert.match(long[2], /^2026-11-01 01:00 -08:00: 1 requests/);
    assert.equal((await bars('Europe/Berlin', '2026-03-29T21:30:00Z', 'today')).length, 23);
    for (const [zone, now] of [['America/Los_Angeles', '2026-11-10T20:00:00Z'], ['Europe/Berlin', '2026-04-10T20:00:00Z'], ['Pacific/Chatham', '2026-10-10T20:00:00Z']]) {
      const days = (await bars(zone, now, '30d')).map((title) => title.slice(0, 10));
      assert.equal(new Set(days).size, 30, `${zone}: ${days}`);
    }
    await gateway.stop();
  },

  async 'every view fits every screen, in light and dark'() {
    const mock = await startMock({ steps: [] });
    const gateway = await startGateway({ upstream: mock.url, accounts: 3 });
    for (let n = 0; n < 30; n += 1) await chat(gateway, n % 6 === 0 ? PAYLOADS[n % 4] : 'gpt-4o');
    const id = await chat(gateway, 'gemini-2.5-flash');
    const views = ['', 'requests', `requests/${id}`, 'usage', 'accounts', 'keys', 'clients'];
    for (const colorScheme of ['light', 'dark']) {
      for (const width of WIDTHS) {
        const page = await openPage({ colorScheme, viewport: { width, height: 800 } });
        await page.goto(`${gateway.url}/agm/`);
        for (const view of views) {
          await page.goto(`${gateway.url}/agm/#/${view}`);
          await page.waitForTimeout(500);
          const name = view.startsWith('requests/') ? 'request' : view || 'overview';
          await page.screenshot({ path: join(SHOTS, `${name}-${colorScheme}-${width}.png`), fullPage: true });
          const wide = await page.evaluate(() => document.documentElement.scrollWidth);
          assert.ok(wide <= width, `${name} is ${wide} wide on a screen of ${width}`);
          assert.deepEqual(await accessibilityFaults(page), [], `${name}, ${colorScheme}, ${width}`);
        }
        assert.deepEqual(page.faults, []);
        await page.context().close();
      }
    }
    await gateway.stop();
    await mock.stop();
  },

  // The gateway's pages are served by the test, so that ten thousand rows need no requests.
  async 'ten thousand rows scroll smoothly'() {
    const gateway = await startGateway();
    await chat(gateway, 'gpt-4o');
    const { requests: [row] } = await json(`${gateway.url}/agm/requests`);
    const page = await openPage();
    await page.route('**/agm/requests?*', (route) => {
      const before = Number(new URL(route.request().url()).searchParams.get('before') ?? 10_001);
      const requests = Array.from({ length: 1000 }, (_, n) => ({ ...row, seq: before - 1 - n, id: `req_${before - 1 - n}` }));
      return route.fulfill({ json: { requests, next: before > 1001 ? before - 1000 : null } });
    });
    await page.goto(`${gateway.url}/agm/#/requests`);
    for (let pages = 1; pages <= 10; pages += 1) {
      await page.waitForFunction((rows) => document.querySelectorAll('tr[data-id]').length === rows, pages * 1000);
      if (pages < 10) await page.getByRole('button', { name: 'Older requests' }).click();
    }
    const frames = await page.evaluate(async () => {
      const times = [];
      const end = performance.now() + 2000;
      for (let last = performance.now(); last < end;) {
        scrollBy(0, 400);
        const now = await new Promise(requestAnimationFrame);
        times.push(now - last);
        last = now;
      }
      return times.sort((a, b) => a - b);
    });
    const median = frames[Math.floor(frames.length / 2)];
    console.log(`  10,000 rows: ${frames.length / 2} frames a second, median ${median.toFixed(1)} ms`);
    assert.ok(median < 50, `a frame takes ${median} ms`);
    await page.context().close();
    await gateway.stop();
  },

  async 'live rows leave nothing behind'() {
    const gateway = await startGateway();
    const page = await openPage();
    await page.goto(`${gateway.url}/agm/`);
    await page.getByText('No request yet').waitFor();
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('Performance.enable');
    const measure = async () => {
      await cdp.send('HeapProfiler.collectGarbage');
      const { metrics } = await cdp.send('Performance.getMetrics');
      const of = (name) => metrics.find((each) => each.name === name).value;
      return { heap: of('JSHeapUsedSize'), nodes: of('Nodes') };
    };
    const burst = async (count) => {
      const one = async () => { for (let n = 0; n < count / 8; n += 1) await chat(gateway, 'gpt-4o'); };
      await Promise.all(Array.from({ length: 8 }, one));
      await page.waitForTimeout(300);
    };
    await burst(400);
    const before = await measure();
    await burst(2400);
    const after = await measure();
    console.log(`  after 400 and after 2,800 live rows: ${(before.heap / 1e6).toFixed(1)} and ${(after.heap / 1e6).toFixed(1)} MB, ${before.nodes} and ${after.nodes} nodes`);
    assert.ok(after.heap - before.heap < 1_500_000, `the heap grew by ${after.heap - before.heap} bytes`);
    assert.ok(after.nodes < before.nodes * 1.5, `${before.nodes} nodes became ${after.nodes}`);
    assert.deepEqual(page.faults, []);
    await page.context().close();
    await gateway.stop();
  },

  async 'every control is reached with the Tab key and shows it'() {
    const gateway = await startGateway();
    await chat(gateway, 'gpt-4o');
    const page = await openPage();
    await page.goto(`${gateway.url}/agm/#/accounts`);
    await page.getByText('In a terminal').waitFor();
    const seen = new Set();
    for (let n = 0; n < 60; n += 1) {
      await page.keyboard.press('Tab');
      const at = await page.evaluate(() => {
        const { activeElement: element } = document;
        const style = getComputedStyle(element);
        return { what: element.id || element.dataset?.view || element.name || element.textContent.slice(0, 20),
          body: element === document.body, shown: style.outlineStyle !== 'none' || style.boxShadow !== 'none' };
      });
      if (at.body) break;
      assert.ok(at.shown, `the focus on ${at.what} is not shown`);
      seen.add(at.what);
    }
    for (const what of ['skip', 'theme', 'requests', 'usage', 'accounts', 'keys', 'clients']) {
      assert.ok(seen.has(what), `the Tab key does not reach ${what}: ${[...seen]}`);
    }
    await page.context().close();
    await gateway.stop();
  },

  async 'recorded bodies stand in the detail view as text'() {
    const gateway = await startGateway();
    await gateway.run(['logs', 'record', 'on', '--for', '5m']);
    await new Promise((done) => { setTimeout(done, 1200); });
    const id = await chat(gateway, PAYLOADS[0]);
    const page = await openPage();
    await page.goto(`${gateway.url}/agm/#/requests/${id}`);
    await page.getByText('What the client sent').click();
    await page.locator('pre', { hasText: PAYLOADS[0] }).first().waitFor();
    assert.equal(await page.locator('main img').count(), 0);
    assert.deepEqual(page.faults, []);
    await page.context().close();
    await gateway.stop();
  },

  async 'the first paint is quick and small'() {
    const gateway = await startGateway();
    const page = await openPage();
    await page.goto(`${gateway.url}/agm/`);
    await page.getByText('● Serving').waitFor();
    const [paint, bytes] = await page.evaluate(() => [
      performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
      performance.getEntriesByType('resource').reduce((sum, entry) => sum + entry.transferSize, 0),
    ]);
    console.log(`  first paint after ${Math.round(paint)} ms, ${bytes} bytes`);
    assert.ok(bytes < 120_000, `${bytes} bytes`);
    await page.context().close();
    await gateway.stop();
  },
};

const run = promisify(execFile);
assert.match((await run(process.env.AGM_BIN ?? 'agm', ['page', '--help'])).stdout, /--print/);

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
