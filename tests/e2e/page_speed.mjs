// How fast the page is and how much memory it takes. Runs alone: it measures a browser's frames.
import assert from 'node:assert/strict';

import { startGateway } from './gateway.mjs';
import { chat, json, openPage, runTests } from './page_browser.mjs';

await runTests({
  // The gateway's pages are served by the test, so that ten thousand rows need no requests.
  async 'ten thousand rows scroll smoothly'() {
    const gateway = await startGateway();
    await chat(gateway, 'gpt-4o');
    const { requests: [row] } = await json(`${gateway.url}/agm/requests`);
    const page = await openPage();
    await page.route('**/agm/requests?*', (route) => {
      const asked = new URL(route.request().url()).searchParams;
      const before = Number(asked.get('before') ?? 10_001);
      const limit = Number(asked.get('limit'));
      const requests = Array.from({ length: limit }, (_, n) => ({ ...row, seq: before - 1 - n, id: `req_${before - 1 - n}` }));
      return route.fulfill({ json: { requests, next: before > limit + 1 ? before - limit : null } });
    });
    await page.goto(`${gateway.url}/agm/#/requests`);
    const listed = () => page.locator('tr[data-id]').count();
    for (let rows = 0; rows < 10_000; rows = await listed()) {
      if (rows > 0) await page.getByRole('button', { name: 'Older requests' }).click();
      await page.waitForFunction((before) => document.querySelectorAll('tr[data-id]').length > before, rows);
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
});
