// `agm clients` and `agm run` with the real packages: each client answers as agm starts it, answers by
// itself once `set` has changed its settings, and `unset` leaves every byte as it was.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, describe, test } from 'node:test';
import { runClient, startGateway } from './gateway.mjs';

const BIN = fileURLToPath(new URL('node_modules/.bin', import.meta.url));

// Each client's program, its settings as a user may have them, and how it answers one prompt.
const CLIENTS = [
  {
    name: 'codex',
    program: 'codex',
    file: '.codex/config.toml',
    text: '# mine\nmodel = "o"   # keep\n\n[tui]\nnotifications = false\n',
    ask: ['exec', '--skip-git-repo-check'],
  },
  {
    name: 'claude-code',
    program: 'claude',
    file: '.claude/settings.json',
    text: '{"theme": "dark",\n "env": {"EDITOR": "vi"}}\n',
    ask: ['-p'],
  },
  {
    name: 'gemini-cli',
    program: 'gemini',
    file: '.gemini/settings.json',
    text: '{\n  // mine\n  "ui": { "theme": "Default" }\n}\n',
    ask: ['-p'],
    env: { GEMINI_CLI_TRUST_WORKSPACE: 'true' },
  },
];

describe('agm clients', { timeout: 600_000 }, () => {
  let gateway;
  before(async () => (gateway = await startGateway()));
  after(async () => await gateway.stop());

  async function homeOf({ file, text }) {
    // Not in /tmp: gemini-cli reads no settings below a folder that everybody may write.
    const home = await mkdtemp(join(dirname(process.env.AGM_BIN ?? tmpdir()), 'agm-clients-'));
    await mkdir(dirname(join(home, file)), { recursive: true });
    await writeFile(join(home, file), text, { mode: 0o644 });
    return home;
  }

  // Runs a program in the home; resolves with its exit code and all that it said.
  const run = (home, program, words, env = {}) =>
    runClient(program, words, {
      cwd: home,
      env: {
        PATH: [dirname(process.execPath), BIN, process.env.PATH].join(delimiter),
        HOME: home,
        AGM_CONFIG: join(home, 'agm.toml'),
        AGM_STATE_DIR: join(home, 'agm-state'),
        AGM_PORT: new URL(gateway.url).port,
        ...env,
      },
    });
  const agmWith = (home, env, ...words) => run(home, process.env.AGM_BIN ?? 'agm', words, env);
  const agm = (home, ...words) => agmWith(home, {}, ...words);

  for (const client of CLIENTS) {
    test(`${client.name} answers as agm starts it, its settings untouched`, async () => {
      const home = await homeOf(client);
      const checked = await agm(home, 'clients', 'check', client.name);
      assert.equal(checked.code, 0, checked.output);
      const words = ['run', client.name, '--', ...client.ask, 'Say after me: Grüße'];
      const { code, output } = await agmWith(home, client.env, ...words);
      assert.equal(code, 0, output);
      assert.match(output, /You said: .*Grüße/s);
      assert.equal(await readFile(join(home, client.file), 'utf8'), client.text);
      await rm(home, { recursive: true, force: true });
    });

    test(`${client.name} answers by itself after set, and unset restores every byte`, async () => {
      const home = await homeOf(client);
      const set = await agm(home, 'clients', 'set', client.name, '--yes');
      assert.equal(set.code, 0, set.output);
      const { code, output } = await run(home, client.program, [...client.ask, 'Say after me: Grüße'], client.env);
      assert.equal(code, 0, output);
      assert.match(output, /You said: .*Grüße/s);
      await rm(home, { recursive: true, force: true });

      const other = await homeOf(client);
      await agm(other, 'clients', 'set', client.name, '--yes');
      assert.notEqual(await readFile(join(other, client.file), 'utf8'), client.text);
      const unset = await agm(other, 'clients', 'unset', client.name, '--yes');
      assert.equal(unset.code, 0, unset.output);
      assert.equal(await readFile(join(other, client.file), 'utf8'), client.text);
      assert.equal((await stat(join(other, client.file))).mode & 0o777, 0o644);
      await rm(other, { recursive: true, force: true });
    });
  }
});
