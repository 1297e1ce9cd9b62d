// Starts the built agm on a free port and with folders of its own.
//
//   const gateway = await startGateway({ args: ['--auth-mode', 'strict'], env: { AGM_API_KEY: 'k' } });
//   ... gateway.url ...             // http://127.0.0.1:PORT, answered by the embedded mock
//   await gateway.stop();           // resolves with {code, stdout, stderr}
//
// With an upstream of its own, which does what a script says (`agm mock --help` tells the language):
//
//   const mock = await startMock({ steps: [{ match: { text: 'sources' }, do: { body: '...' } }] });
//   const gateway = await startGateway({ upstream: mock.url, accounts: 3 });
//
// A client's program, which can reach nothing but this machine:
//
//   const { code, output } = await runClient('codex', ['exec'], { cwd, env: { HOME: home } });
//
// `config` is the whole configuration file instead. `kind: 'openai'` names an upstream with
// OpenAI's API by its base URL. With AGM_BEHIND_AGM=1 in the
// environment, a gateway without an upstream of its own has another agm as such an upstream, and that
// one is answered by the embedded mock.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

// Keys that may show up nowhere but in the configuration and upstream: the first one is in every
// program's environment, the other is that of the mock's accounts.
const CANARIES = ['sk-canary-in-every-test-5tW8qz', '-of-the-mock'];
const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 20_000;
const CLIENT_TIMEOUT_MS = 90_000;
const NOWHERE = 'http://127.0.0.1:9';

export async function startGateway({ args = [], env = {}, upstream, kind = 'gemini', accounts = 1, config } = {}) {
  if (!upstream && process.env.AGM_BEHIND_AGM) return startBehindAnother(args, env);
  if (!upstream) return start(['serve', '--mock', '--port', '0', ...args], { env });
  return start((home) => ['--config', join(home, 'agm.toml'), 'serve', '--port', '0', ...args], {
    env,
    files: { 'agm.toml': config ?? configOf(upstream, kind, accounts) },
  });
}

async function startBehindAnother(args, env) {
  const inner = await start(['serve', '--mock', '--port', '0', '--auth-mode', 'off'], {});
  const outer = await startGateway({ upstream: `${inner.url}/v1`, kind: 'openai', args, env });
  const stop = async () => {
    const result = await outer.stop();
    await inner.stop();
    return result;
  };
  return { ...outer, stop };
}

export function startMock(script, args = []) {
  return start((home) => ['mock', '--port', '0', '--script', join(home, 'script.json'), ...args], {
    files: { 'script.json': JSON.stringify(script) },
  });
}

// Replaces the steps of a mock that runs.
export async function setSteps(mock, steps) {
  const response = await fetch(`${mock.url}/__mock/script`, { method: 'POST', body: JSON.stringify({ steps }) });
  assert.equal(response.status, 200, await response.text());
}

// Runs a client's program to its end; kills it if it hangs. The output is what it wrote to stdout and stderr.
export async function runClient(program, words, { cwd, env }) {
  const child = spawn(program, words, {
    cwd,
    env: {
      PATH: process.env.PATH,
      HTTPS_PROXY: NOWHERE,
      HTTP_PROXY: NOWHERE,
      NO_PROXY: '127.0.0.1',
      NO_COLOR: '1',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (bytes) => (output += bytes));
  child.stderr.on('data', (bytes) => (output += bytes));
  const timer = setTimeout(() => child.kill('SIGKILL'), CLIENT_TIMEOUT_MS);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearTimeout(timer);
  return { code, output };
}

// Each account is a project of its own, so that a cooldown of one does not affect the others.
const configOf = (url, kind, accounts) =>
  Array.from(
    { length: accounts },
    (_, n) => `[[accounts]]
name = "mock${n}"
kind = "${kind}"
project = "project${n}"
api_key = "key-${n}-of-the-mock"
base_url = "${url}"
`,
  ).join('\n');

// Programs that a failed test did not stop.
const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

// Runs agm with a home of its own, in which `files` lie.
async function start(args, { env = {}, files = {} }) {
  const home = await mkdtemp(join(tmpdir(), 'agm-e2e-'));
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(home, name), text, { mode: 0o600 });
  }
  const words = typeof args === 'function' ? args(home) : args;
  const variables = {
    PATH: process.env.PATH,
    HOME: home,
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_STATE_HOME: join(home, 'state'),
    XDG_RUNTIME_DIR: home,
    AGM_API_KEY: CANARIES[0],
    ...env,
  };
  const child = spawn(process.env.AGM_BIN ?? 'agm', words, {
    env: variables,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (bytes) => (output.stdout += bytes));
  child.stderr.on('data', (bytes) => (output.stderr += bytes));
  const exited = new Promise((resolve) => {
    child.on('error', (error) => resolve({ code: null, ...output, error }));
    child.on('close', (code) => {
      running.delete(child);
      resolve({ code, ...output });
    });
  });

  const url = await listening(child, output, exited);
  const stop = async () => {
    const cmdline = await readFile(`/proc/${child.pid}/cmdline`, 'utf8').catch(() => '');
    child.kill('SIGINT'); // SIGTERM would wait for further connections
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    const result = await exited;
    clearTimeout(timer);
    const texts = { cmdline, stdout: result.stdout, stderr: result.stderr };
    expectNoCanary({ ...texts, ...(await filesIn(home, Object.keys(files))) });
    await rm(home, { recursive: true, force: true });
    return result;
  };
  // Runs another command in the same home.
  const run = (more) => promisify(execFile)(process.env.AGM_BIN ?? 'agm', more, { env: variables });
  return { url, stop, output, run };
}

function expectNoCanary(texts) {
  for (const [where, text] of Object.entries(texts)) {
    if (!CANARIES.some((canary) => text.includes(canary))) continue;
    process.on('exit', () => (process.exitCode = 1)); // what an `after` throws fails no test
    assert.fail(`a key stands in ${where}`);
  }
}

// The files that a program left in its home, by path; not those that the test put there.
async function filesIn(home, own) {
  const found = {};
  for (const entry of await readdir(home, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    const given = own.some((name) => path === join(home, name));
    if (entry.isFile() && !given) found[path] = await readFile(path, 'latin1');
  }
  return found;
}

// The address that agm names on stderr once it accepts connections.
function listening(child, output, exited) {
  return new Promise((resolve, reject) => {
    const look = () => {
      const found = /\b(127\.0\.0\.1:\d+)\b/.exec(output.stderr);
      if (!found) return;
      clearTimeout(timer);
      resolve(`http://${found[1]}`);
    };
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`agm named no address within ${START_TIMEOUT_MS} ms:\n${output.stderr}`));
    }, START_TIMEOUT_MS);
    child.stderr.on('data', look);
    exited.then(({ code, error }) => {
      clearTimeout(timer);
      reject(new Error(`agm ended with ${error ?? code} before it listened:\n${output.stderr}`));
    });
  });
}
