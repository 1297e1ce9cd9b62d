// llmprobe, a conformance suite for engines, against agm: every MUST assertion of the OpenAI surfaces
// holds. What it says of the model's wit is not looked at, because the mock has none; where an
// assertion needs a model that remembers, the upstream's script says what one would.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startGateway, startMock } from './gateway.mjs';

const CLI = fileURLToPath(new URL('node_modules/llmprobe/bin/dist/llmprobe.mjs', import.meta.url));
// One that can be told not to think.
const MODEL = 'gemini-2.5-flash';
const SURFACES = ['models', 'chat', 'responses', 'completions'];
const FEWEST = 50;
const SCRIPT = {
  steps: [{ match: { text: 'What is my name' }, do: { text: 'Your name is Ada.' } }],
};
// OpenAI's own Responses streams end with response.completed, without a [DONE].
const NOT_OF_THE_API = ['responses-sse-missing-done'];

// The exit status is that of the model's grade too, so it is not looked at.
const run = (args, env) =>
  new Promise((resolve) => {
    execFile(process.execPath, [CLI, ...args], { env, maxBuffer: 1 << 26 }, (_, stdout) =>
      resolve(stdout),
    );
  });

describe('llmprobe', { timeout: 280_000 }, () => {
  let mock;
  let gateway;
  let home;
  before(async () => {
    mock = await startMock(SCRIPT);
    gateway = await startGateway({ upstream: mock.url });
    home = await mkdtemp(join(tmpdir(), 'agm-llmprobe-'));
  });
  after(async () => {
    await gateway.stop();
    await mock.stop();
    await rm(home, { recursive: true, force: true });
  });

  test('every MUST assertion holds', async () => {
    const stdout = await run([gateway.url, '-m', MODEL, '--no-bench', '--no-save', '--json'], {
      PATH: process.env.PATH,
      HOME: home,
    });
    const { results } = JSON.parse(stdout).conformance;
    const ours = results.filter((result) => SURFACES.includes(result.surface));
    const broken = ours.flatMap((result) =>
      result.failures
        .filter(({ severity, id }) => severity === 'MUST' && !NOT_OF_THE_API.includes(id))
        .map(({ message }) => `${result.id}: ${message}`),
    );
    assert.deepEqual(broken, []);
    const passed = ours.filter((result) => result.outcome === 'pass').length;
    assert.ok(passed >= FEWEST, `only ${passed} passed`);
  });
});
