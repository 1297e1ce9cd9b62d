// gemini-cli against agm: `gemini -p` edits a file with tool calls in a folder of its own, offline. The
// mock upstream does what a script says. Exits with 77 if gemini-cli does not run on this system.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, describe, test } from 'node:test';
import { runClient, setSteps, startGateway, startMock } from './gateway.mjs';

const GEMINI = fileURLToPath(new URL('node_modules/@google/gemini-cli/bundle/gemini.js', import.meta.url));
const MODEL = 'gemini-3-flash-preview';

const trial = spawnSync(process.execPath, [GEMINI, '--version'], { encoding: 'utf8' });
if (trial.status !== 0) {
  console.log(`gemini does not run here: ${trial.stderr || trial.error}`);
  process.exit(77);
}

// A streamed answer of the upstream.
const answer = (parts) => ({
  content_type: 'text/event-stream',
  body: `data: ${JSON.stringify({
    candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP', index: 0 }],
    usageMetadata: { promptTokenCount: 900, candidatesTokenCount: 20, totalTokenCount: 920 },
  })}\r\n\r\n`,
});
const call = (name, args) => answer([{ functionCall: { name, args }, thoughtSignature: 'c2lnbmF0dXJl' }]);
const once = (text, what) => ({ match: { text, method: 'streamGenerateContent' }, times: 1, do: what });

describe('gemini-cli', { timeout: 300_000 }, () => {
  let mock;
  let gateway;
  let home;
  let folder;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'agm-gemini-'));
    mock = await startMock({ steps: [] });
    gateway = await startGateway({ upstream: mock.url, accounts: 3, args: ['--auth-mode', 'off'] });
  });
  after(async () => {
    await gateway?.stop();
    await mock?.stop();
    await rm(home, { recursive: true, force: true });
  });

  async function plan(steps) {
    folder = await mkdtemp(join(home, 'work-'));
    await writeFile(join(folder, 'notes.txt'), 'helo world\n');
    await setSteps(mock, steps(folder));
  }

  async function gemini(prompt) {
    const own = await mkdtemp(join(home, 'home-'));
    await mkdir(join(own, '.gemini'));
    await writeFile(
      join(own, '.gemini', 'settings.json'),
      JSON.stringify({ security: { auth: { selectedType: 'gemini-api-key' } }, privacy: { usageStatisticsEnabled: false } }),
    );
    const words = [GEMINI, '--model', MODEL, '--yolo', '--skip-trust', '-p', prompt];
    return runClient(process.execPath, words, {
      cwd: folder,
      env: {
        HOME: own,
        GEMINI_API_KEY: 'unused',
        GOOGLE_GEMINI_BASE_URL: gateway.url,
        CI: '1',
      },
    });
  }

  // The first request gets the call; the next one, which holds its result, gets what follows.
  const task = (folder, ...before) => [
    once('Fix the typo', call('write_file', { file_path: join(folder, 'notes.txt'), content: 'hello world\n' })),
    ...before,
    once('functionResponse', answer([{ text: 'The typo is gone.' }])),
  ];

  test('edits a file with a tool call', async () => {
    await plan(task);
    const { code, output } = await gemini('Fix the typo in notes.txt');
    assert.equal(code, 0, output);
    assert.match(output, /The typo is gone/);
    assert.equal(await readFile(join(folder, 'notes.txt'), 'utf8'), 'hello world\n');
  });

  test('does not notice that an account is out of quota in the middle of its task', async () => {
    await plan((folder) => task(folder, once('functionResponse', { error: 'quota-minute', retry: '30s' })));
    const { code, output } = await gemini('Fix the typo in notes.txt');
    assert.equal(code, 0, output);
    const stats = await (await fetch(`${mock.url}/__mock/stats`)).json();
    assert.ok(stats.by_status['429'] > 0, 'no account was out of quota');
    assert.match(output, /The typo is gone/);
    assert.equal(await readFile(join(folder, 'notes.txt'), 'utf8'), 'hello world\n');
  });
});
