// compatcanary, a scanner of APIs that say they are OpenAI's, against agm: every probe passes.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startGateway } from './gateway.mjs';

const CLI = fileURLToPath(new URL('node_modules/compatcanary/src/cli.js', import.meta.url));
const PROBES = 7;

describe('compatcanary', { timeout: 120_000 }, () => {
  let gateway;
  before(async () => (gateway = await startGateway()));
  after(() => gateway.stop());

  test('finds nothing', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      CLI, 'scan', '--base-url', `${gateway.url}/v1`, '--model', 'gemini-3.8-flash',
      '--format', 'json', '--fail-on', 'never',
    ]);
    const { summary } = JSON.parse(stdout);
    assert.deepEqual([summary.passes, summary.total], [PROBES, PROBES], stdout);
  });
});
