// What the page does: live rows, the payload corpus, sessions, foreign sites, a first visit, keys.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { startGateway, startMock } from './gateway.mjs';
import { PAYLOADS, SHOTS, chat, counted, json, mixedRequests, openPage, signIn, watchHosts, runTests } from './page_browser.mjs';

const run = promisify(execFile);
assert.match((await run(process.env.AGM_BIN ?? 'agm', ['page', '--help'])).stdout, /--print/);

await runTests({
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
    await page.getByLabel('API key').fill('key-invalid-of-the-mock');
    await page.getByText('Another server').click();
    await page.getByLabel('Base URL').fill(mock.url);
    await page.getByRole('button', { name: 'Add account' }).click();
    await page.getByText('The upstream did not accept the key').waitFor();
    await page.getByLabel('API key').fill('key-9-of-the-mock');
    await page.keyboard.press('Enter');
    await page.getByText('1 of 1 account ready').waitFor();
    console.log(`  from the address to a ready account: ${Date.now() - began} ms`);
    await page.getByText('No request yet').waitFor();
    const id = await chat(gateway, 'gpt-4o');
    await page.locator(`tr[data-id="${id}"] .status.ok`).waitFor();
    await page.getByText('0 of 1 request').waitFor();
    await page.getByText('Requests by hour').waitFor();
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
    await card.getByText('Change what it may do').click();
    await card.getByLabel('US$ a day').fill('4');
    await card.getByLabel('Requests a minute').fill('');
    await card.getByRole('button', { name: 'Save' }).click();
    await card.getByText('of $4.00').waitFor();
    assert.equal(await card.getByText('Requests in this minute').count(), 0);
    const scrape = async () => (await fetch(`${gateway.url}/metrics`, { headers: { Authorization: `Bearer ${key}` } })).status;
    assert.equal(await scrape(), 403);
    await card.getByText('Change what it may do').click();
    await card.getByRole('checkbox', { name: 'inference' }).uncheck();
    await card.getByRole('button', { name: 'Save' }).click();
    assert.equal(await scrape(), 403, 'a key that may do nothing is not saved');
    await card.getByRole('checkbox', { name: 'inference' }).check();
    await card.getByRole('checkbox', { name: 'metrics' }).check();
    await card.getByRole('button', { name: 'Save' }).click();
    await card.getByText('May call models, read /metrics.').waitFor();
    for (let n = 0; n < 50 && (await scrape()) !== 200; n += 1) await page.waitForTimeout(100);
    assert.equal(await scrape(), 200);
    assert.equal(await models(key), 200, 'the other scope stays');
    await card.getByText('of $4.00').waitFor();
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
    await page.locator('tr[data-id]').nth(1).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    const focused = () => page.evaluate(() => document.activeElement.closest('tr')?.dataset.id);
    const second = await page.locator('tr[data-id]').nth(1).getAttribute('data-id');
    assert.equal(await focused(), second);
    await page.evaluate(() => document.querySelector('[data-filter]').dispatchEvent(new Event('input')));
    assert.equal(await focused(), second, 'the list was drawn again and lost the focus');
    await page.keyboard.press('Enter');
    await page.getByText('← All requests').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('tr[data-id]').first().waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('no-such');
    await page.waitForFunction(() => document.querySelectorAll('tr[data-id]').length === 1);
    await page.keyboard.press('Escape');
    await page.keyboard.press('3');
    await page.getByRole('columnheader', { name: 'Billed' }).waitFor();
    await gateway.stop();
    await page.getByText('Reconnecting').waitFor();
    await page.context().close();
  },

  // The gateway's stop fails if the key is in a file of its own, as it would be in a recorded sign-in.
  async 'recorded bodies stand in the detail view as text, and hold no key of the page'() {
    const env = { AGM_API_KEY: 'sk-page-of-the-mock' };
    const gateway = await startGateway({ args: ['--auth-mode', 'strict'], env });
    await gateway.run(['logs', 'record', 'on', '--for', '5m']);
    await new Promise((done) => { setTimeout(done, 1200); });
    const id = await chat(gateway, PAYLOADS[0], { Authorization: `Bearer ${env.AGM_API_KEY}` });
    const page = await openPage();
    await signIn(page, gateway.url, env.AGM_API_KEY);
    await page.goto(`${gateway.url}/agm/#/requests/${id}`);
    await page.getByText('What the client sent').click();
    await page.locator('pre', { hasText: PAYLOADS[0] }).first().waitFor();
    assert.equal(await page.locator('main img').count(), 0);
    assert.deepEqual(page.faults, []);
    await page.context().close();
    await gateway.stop();
  },
});
