// Codex CLI against agm: `codex exec` does small tasks in a folder of its own, offline. The embedded
// mock calls the tools that the prompt names. Exits with 77 where Codex does not run on this system.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, describe, test } from 'node:test';
import { runClient, startGateway } from './gateway.mjs';

const CODEX = fileURLToPath(new URL('node_modules/@openai/codex/bin/codex.js', import.meta.url));

const trial = spawnSync(process.execPath, [CODEX, '--version'], { encoding: 'utf8' });
if (trial.status !== 0) {
  console.log(`codex does not run here: ${trial.stderr || trial.error}`);
  process.exit(77);
}

describe('Codex CLI', { timeout: 300_000 }, () => {
  let gateway;
  let home;
  before(async () => {
    gateway = await startGateway();
    home = await mkdtemp(join(tmpdir(), 'agm-codex-'));
    await mkdir(join(home, '.codex'));
    await writeFile(
      join(home, '.codex', 'config.toml'),
      `model_provider = "agm"
[model_providers.agm]
name = "agm"
base_url = "${gateway.url}/v1"
env_key = "AGM_API_KEY"
wire_api = "responses"
[analytics]
enabled = false
`,
    );
  });
  after(async () => {
    await gateway.stop();
    await rm(home, { recursive: true, force: true });
  });

  // Runs codex in a folder with these files; resolves with what it said and how the file became.
  async function codex(model, prompt, { more = [], file = 'notes.txt', text = 'helo world\n' } = {}) {
    const folder = await mkdtemp(join(home, 'work-'));
    if (text) await writeFile(join(folder, file), text);
    const words = ['exec', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox'];
    const command = [CODEX, ...words, '-m', model, ...more, prompt];
    const result = await runClient(process.execPath, command, {
      cwd: folder,
      env: {
        HOME: home,
        AGM_API_KEY: 'unused',
      },
    });
    const now = await readFile(join(folder, file), 'utf8').catch(() => undefined);
    return { ...result, now };
  }

  const GEMINI = 'gemini-3-flash';
  const MENDED = 'hello world\n';

  test('answers', async () => {
    const { code, output } = await codex(GEMINI, 'Say after me: Grüße 世界 🌍');
    assert.equal(code, 0, output);
    assert.match(output, /You said: .*Grüße 世界 🌍/s);
  });

  test('looks at a file, mends it and reads it again, step by step', async () => {
    const { code, output, now } = await codex(
      GEMINI,
      'Mend the spelling.\n' +
        'call exec_command {"cmd":"cat notes.txt"}\n' +
        'then call exec_command {"cmd":"sed -i s/helo/hello/ notes.txt"}\n' +
        'then call exec_command {"cmd":"cat notes.txt"}',
    );
    assert.equal(code, 0, output);
    assert.equal(now, MENDED, output);
    assert.match(output, /exec_command answered .*hello world/s);
  });

  test('runs two commands at once', async () => {
    const { code, output, now } = await codex(
      GEMINI,
      'Both.\ncall exec_command {"cmd":"cat notes.txt"}\ncall exec_command {"cmd":"echo more >> notes.txt"}',
    );
    assert.equal(code, 0, output);
    assert.equal(now, 'helo world\nmore\n', output);
  });

  test('under the name gpt-5.5, patches the file with its own tool', async () => {
    const patch = '*** Begin Patch\n*** Update File: notes.txt\n@@\n-helo world\n+hello world\n*** End Patch\n';
    const { code, output, now } = await codex(
      'gpt-5.5',
      `Mend the spelling.\ncall apply_patch ${JSON.stringify({ input: patch })}`,
    );
    assert.equal(code, 0, output);
    assert.equal(now, MENDED, output);
  });

  test('under the name gpt-6-sol, whose only tool takes JavaScript', async () => {
    const input =
      'const r = await tools.exec_command({cmd: "sed -i s/helo/hello/ notes.txt"}); text(JSON.stringify(r));';
    const { code, output, now } = await codex(
      'gpt-6-sol',
      `Mend the spelling.\ncall functions__exec ${JSON.stringify({ input })}`,
    );
    assert.equal(code, 0, output);
    assert.equal(now, MENDED, output);
  });

  test('answers in the shape of a schema', async () => {
    const schema = {
      type: 'object',
      properties: { verdict: { type: 'string' } },
      required: ['verdict'],
      additionalProperties: false,
    };
    const file = 'schema.json';
    const { code, output } = await codex(GEMINI, 'Judge this.', {
      file,
      text: JSON.stringify(schema),
      more: ['--output-schema', file],
    });
    assert.equal(code, 0, output);
    assert.match(output, /\{"verdict":\s*"/);
  });

  test('goes on with a conversation', async () => {
    await codex(GEMINI, 'Remember this.');
    const { code, output } = await codex(GEMINI, 'What was it?', { more: ['resume', '--last'] });
    assert.equal(code, 0, output);
    assert.match(output, /You said: .*What was it\?/s);
  });
});
