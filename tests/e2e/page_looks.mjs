// How the page looks: every view on every screen, accessibility, days of the viewer.
import assert from 'node:assert/strict';
import { join } from 'node:path';

import { startGateway } from './gateway.mjs';
import { PAYLOADS, SHOTS, accessibilityFaults, chat, json, openPage, runTests, signIn } from './page_browser.mjs';
import { OWNER, startBusyGateway } from './page_scenes.mjs';

const WIDTHS = [1280, 360];

// Opens each of the views { name: place }, and leaves a picture of it in build/page/.
async function onEveryScreen(views, url, enter, prepare = async () => {}) {
  for (const colorScheme of ['light', 'dark']) {
    for (const width of WIDTHS) {
      const page = await openPage({ colorScheme, viewport: { width, height: 800 } });
      await enter(page);
      for (const [name, view] of Object.entries(views)) {
        await page.goto(`${url}/agm/#/${view}`);
        await page.waitForTimeout(400);
        await prepare(page, name);
        await page.screenshot({ path: join(SHOTS, `${name}-${colorScheme}-${width}.png`), fullPage: true });
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= width, `${name} is ${wide} wide on a screen of ${width}`);
        assert.deepEqual(await accessibilityFaults(page), [], `${name}, ${colorScheme}, ${width}`);
      }
      assert.deepEqual(page.faults, []);
      await page.context().close();
    }
  }
}

await runTests({
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
    const gateway = await startBusyGateway();
    for (let n = 0; n < 4; n += 1) await chat(gateway, PAYLOADS[n], { Authorization: `Bearer ${OWNER}` });
    const { requests } = gateway;
    const views = { overview: '', requests: 'requests', failed: 'requests?status=error', none: 'requests?model=nothing',
      moved: `requests/${requests.moved}`, limited: `requests/${requests.limited}`, left: `requests/${requests.left}`,
      recorded: `requests/${requests.recorded}`, usage: 'usage', 'usage-by-account': 'usage?span=today&by=account',
      'usage-by-key': 'usage?span=30d&by=caller', accounts: 'accounts', keys: 'keys', clients: 'clients' };
    await onEveryScreen(views, gateway.url, (page) => signIn(page, gateway.url, OWNER), async (page, name) => {
      if (name === 'keys') await page.locator('article summary').first().click();
      for (const summary of name === 'recorded' ? await page.locator('main summary').all() : []) await summary.click();
    });
    await gateway.stop();
  },

  async 'every view of a gateway without an account, and of one with the mock, fits every screen'() {
    for (const [kind, options] of [['first', { config: '', upstream: 'none' }], ['mock', {}]]) {
      const gateway = await startGateway(options);
      const views = Object.fromEntries(['', 'requests', 'usage', 'accounts', 'keys', 'clients'].map((view) => [`${kind}-${view || 'overview'}`, view]));
      await onEveryScreen(views, gateway.url, (page) => page.goto(`${gateway.url}/agm/`));
      await gateway.stop();
    }
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
});
