// Claude Code against agm: `claude -p` does small tasks in a folder of its own, offline. The mock
// upstream does what a script says: it answers with the calls that make up the task. Exits with 77
// if Claude Code does not run on this system.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, describe, test } from 'node:test';
import { runClient, setSteps, startGateway, startMock } from './gateway.mjs';

const CLAUDE = fileURLToPath(new URL('node_modules/.bin/claude', import.meta.url));
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAGUlEQVR42mNwav3y//9/TJIBqyiQZBiUOgDp7pcBpC73/gAAAABJRU5ErkJggg==',
  'base64',
);
const PDF = Buffer.from(
  `%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>endobj
trailer<</Size 4/Root 1 0 R>>
%%EOF
`,
);

const trial = spawnSync(CLAUDE, ['--version'], { encoding: 'utf8' });
if (trial.status !== 0) {
  console.log(`claude does not run here: ${trial.stderr || trial.error}`);
  process.exit(77);
}

// A streamed answer of the upstream.
const answer = (parts, finishReason = 'STOP') => ({
  content_type: 'text/event-stream',
  body: `data: ${JSON.stringify({
    candidates: [{ content: { role: 'model', parts }, finishReason, index: 0 }],
    usageMetadata: { promptTokenCount: 900, candidatesTokenCount: 20, totalTokenCount: 920 },
  })}\n\n`,
});
const call = (name, args) => answer([{ functionCall: { name, args }, thoughtSignature: 'c2lnbmF0dXJl' }]);
const say = (text) => answer([{ text }]);
// An answer that the model has searched the web for.
const found = (text, query, uri) => ({
  content_type: 'text/event-stream',
  body: `data: ${JSON.stringify({
    candidates: [
      {
        content: { role: 'model', parts: [{ text }] },
        finishReason: 'STOP',
        index: 0,
        groundingMetadata: {
          webSearchQueries: [query],
          groundingChunks: [{ web: { uri, title: 'Tide tables' } }],
          groundingSupports: [{ segment: { endIndex: text.length, text }, groundingChunkIndices: [0] }],
        },
      },
    ],
    usageMetadata: { promptTokenCount: 900, candidatesTokenCount: 20, totalTokenCount: 920 },
  })}\n\n`,
});

// One step of the script: what the next request that holds `text` gets.
const once = (text, what) => ({
  match: { text, method: 'streamGenerateContent' },
  times: 1,
  do: what,
});

describe('Claude Code', { timeout: 600_000 }, () => {
  let mock;
  let gateway;
  let home;
  let folder;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'agm-claude-'));
    mock = await startMock({ steps: [] });
    gateway = await startGateway({ upstream: mock.url, accounts: 20, args: ['--auth-mode', 'off'] });
  });
  after(async () => {
    await gateway?.stop();
    await mock?.stop();
    await rm(home, { recursive: true, force: true });
  });

  // The upstream's plan for one task, in a folder with these files.
  async function plan(steps, files = { 'notes.txt': 'helo world\n' }) {
    folder = await mkdtemp(join(home, 'work-'));
    for (const [name, data] of Object.entries(files)) await writeFile(join(folder, name), data);
    const resolved = typeof steps === 'function' ? steps(folder) : steps;
    await setSteps(mock, resolved);
  }

  // Runs claude; resolves with its exit code, its output and the time that it took.
  async function claude(prompt, { tools = [], key = 'unused', more = [], url = gateway.url } = {}) {
    const begun = Date.now();
    const words = ['-p', prompt, ...more, ...(tools.length > 0 ? ['--allowedTools', tools.join(',')] : [])];
    const result = await runClient(CLAUDE, words, {
      cwd: folder,
      env: {
        HOME: home,
        ANTHROPIC_BASE_URL: url,
        ANTHROPIC_AUTH_TOKEN: key,
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
        DISABLE_AUTOUPDATER: '1',
      },
    });
    return { ...result, ms: Date.now() - begun };
  }

  const notes = () => readFile(join(folder, 'notes.txt'), 'utf8');
  const editSteps = (path, between = []) => [
    once('spelling-task', call('Read', { file_path: path })),
    ...between,
    once('spelling-task', call('Edit', { file_path: path, old_string: 'helo', new_string: 'hello' })),
    once('spelling-task', say('The spelling is right now.')),
  ];

  test('edits a file with its tools', async () => {
    await plan((at) => editSteps(join(at, 'notes.txt')));
    const { code, output, ms } = await claude('spelling-task', { tools: ['Read', 'Edit'] });
    assert.equal(code, 0, output);
    assert.equal(await notes(), 'hello world\n', output);
    assert.match(output, /The spelling is right now/);
    console.log(`the edit took ${ms} ms`);
  });

  test('reads an image and a PDF', async () => {
    await plan(
      (at) => [
        once('media-task', call('Read', { file_path: join(at, 'a.png') })),
        once('"mimeType":"image/', call('Read', { file_path: join(at, 'b.pdf') })),
        once('"mimeType":"application/pdf"', say('Both are seen.')),
      ],
      { 'a.png': PNG, 'b.pdf': PDF },
    );
    const { code, output } = await claude('media-task', { tools: ['Read'] });
    assert.equal(code, 0, output);
    assert.match(output, /Both are seen/);
  });

  test('runs a subagent', async () => {
    await plan((at) => [
      once('main-task', call('Agent', {
        description: 'count',
        prompt: 'inner-work',
        subagent_type: 'general-purpose',
        run_in_background: false,
      })),
      once('inner-work', call('Bash', { command: `echo from-inside > ${join(at, 'notes.txt')}`, description: 'x' })),
      once('inner-work', say('inner is done')),
      once('main-task', say('The agent is done.')),
    ]);
    const { code, output } = await claude('main-task', { tools: ['Agent', 'Task', 'Bash'] });
    assert.equal(code, 0, output);
    assert.equal(await notes(), 'from-inside\n', output);
    assert.match(output, /The agent is done/);
  });

  // Claude Code asks for the search in a request of its own, whose blocks become the tool's result.
  test('searches the web', async () => {
    const uri = 'https://tides.example/cuxhaven';
    await plan([
      once('"googleSearch"', found('High tide is at 12:34.', 'tides cuxhaven', uri)),
      once(uri, say('It is high at 12:34.')),
      once('tide-task', call('WebSearch', { query: 'tides cuxhaven' })),
    ]);
    const { code, output } = await claude('tide-task', { tools: ['WebSearch'] });
    assert.equal(code, 0, output);
    assert.match(output, /It is high at 12:34/);
  });

  test('survives a 429 in the middle of a task', async () => {
    const limit = once('spelling-task', { error: 'quota-minute', retry: '8s' });
    await plan((at) => editSteps(join(at, 'notes.txt'), [limit]));
    const alone = await startGateway({ upstream: mock.url, args: ['--auth-mode', 'off'] });
    try {
      // A name that is not mapped has no other model to fall back to.
      const more = ['--model', 'gemini-3-flash-preview'];
      const { code, output, ms } = await claude('spelling-task', { tools: ['Read', 'Edit'], more, url: alone.url });
      assert.equal(code, 0, output);
      assert.equal(await notes(), 'hello world\n', output);
      assert.ok(ms > 8_000, `it took only ${ms} ms`);
    } finally {
      await alone.stop();
    }
  });

  test('survives an overloaded upstream', async () => {
    const busy = { match: { text: 'spelling-task' }, times: 5, do: { error: 'overloaded' } };
    await plan((at) => editSteps(join(at, 'notes.txt'), [busy]));
    const { code, output } = await claude('spelling-task', { tools: ['Read', 'Edit'] });
    assert.equal(code, 0, output);
    assert.equal(await notes(), 'hello world\n', output);
  });

  test('compacts the conversation when the prompt is too long', async () => {
    await plan((at) => [
      once('long-task', call('Read', { file_path: join(at, 'notes.txt') })),
      once('long-task', { error: 'too-long' }),
      once('continued from a previous conversation', say('It went on after the summary.')),
    ]);
    const { code, output } = await claude('long-task', { tools: ['Read'] });
    assert.equal(code, 0, output);
    assert.match(output, /It went on after the summary/);
  });

  test('shows at once why the key is refused', async () => {
    const strict = await startGateway({
      args: ['--auth-mode', 'strict'],
      env: { AGM_API_KEY: 'sk-for-the-tests-only' },
    });
    try {
      await plan([]);
      const { code, output, ms } = await claude('hello', { key: 'sk-wrong', url: strict.url });
      assert.notEqual(code, 0, output);
      assert.match(output, /key|authenticat/i);
      assert.ok(ms < 20_000, `it took ${ms} ms`);
    } finally {
      await strict.stop();
    }
  });
});
