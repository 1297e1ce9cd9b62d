// Replays recorded exchanges with Google's API, where a folder of them lies beside the source tree:
//
//   AGM_BIN=build/dev/agm node tests/e2e/recordings.mjs [PATTERN]      // names that match, else all
//
// `agm mock` must accept every request that Google accepted, and every answer that Google gave must
// come out right through the gateway on both dialects, whole and streamed, and byte for byte through
// the native API. Prints the counts and what differs; exits with 1 if anything does, with 77 where
// there is no such folder. AGM_RECORDINGS names
// another folder. Its module replay.mjs gives load(), serve() and merged().
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { startGateway, startMock } from './gateway.mjs';
import { expectationOf, readChat, readResponses } from './recorded_answer.mjs';

const SOURCE = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const FOLDER = process.env.AGM_RECORDINGS ?? join(SOURCE, '..', 'shared', 'recordings');
// Models of 2025 are gone.
const PRESENT = [
  [/gemini-2\.0-flash-preview-image-generation/, 'gemini-3-pro-image'],
  [/gemini-(1\.5|2\.0)[^/:]*/, 'gemini-2.5-flash'],
  [/custom-gemini[^/:]*/, 'gemini-2.5-flash'],
];
const MODEL = 'gemini-3-flash-preview';

if (!existsSync(join(FOLDER, 'replay.mjs'))) {
  console.log(`no recordings in ${FOLDER}`);
  process.exit(77);
}
const { load, serve, merged } = await import(pathToFileURL(join(FOLDER, 'replay.mjs')));
const pattern = new RegExp(process.argv[2] ?? '');
const recordings = load().filter((recording) => pattern.test(recording.name));
const differences = [];
const differ = (name, what) => differences.push(`${name}: ${what}`);

// Only the second generation left calls without a response.
const needsAnOldModel = ({ request, model }) => {
  const turns = request.contents ?? [];
  const has = (turn, kind) => turn?.parts?.some?.((part) => part[kind]);
  const left = (turn, at) => has(turn, 'functionCall') && turns[at + 1] && !has(turn, 'functionResponse') &&
    !has(turns[at + 1], 'functionResponse') && turns[at + 1].role !== 'model';
  return /gemini-(1\.5|2\.0)/.test(model) && Array.isArray(turns) && turns.some(left);
};

async function checkRequests() {
  const mock = await startMock({ steps: [] });
  let accepted = 0;
  let asked = 0;
  let left = 0;
  for (const { name, url, request, status, model } of recordings) {
    if (!request) continue;
    if (needsAnOldModel({ request, model })) {
      ++left;
      continue;
    }
    const path = PRESENT.reduce((path, [old, present]) => path.replace(old, present), url);
    const credential = name.startsWith('vertex/') ? { authorization: 'Bearer ya29.t' } : { 'x-goog-api-key': 'k' };
    const headers = { 'content-type': 'application/json', ...credential };
    const answer = await fetch(mock.url + path, { method: 'POST', headers, body: JSON.stringify(request) });
    const text = await answer.text();
    ++asked;
    if (answer.ok || status >= 400) ++accepted;
    else differ(name, `the mock refuses it: ${text.replace(/\s+/g, ' ').slice(0, 300)}`);
  }
  await mock.stop();
  console.log(`requests: the mock accepts ${accepted} of ${asked} (${left} more need a model that is gone)`);
}

// One way to ask for a recording.
const ways = [
  { name: 'chat', path: '/v1/chat/completions', stream: false },
  { name: 'chat, streamed', path: '/v1/chat/completions', stream: true },
  { name: 'responses', path: '/v1/responses', stream: false },
  { name: 'responses, streamed', path: '/v1/responses', stream: true },
];

async function ask(gateway, way, recording, expected) {
  const chat = way.path.endsWith('completions');
  const mark = `[[rec:${recording.name}]]`;
  const body = { model: MODEL, stream: way.stream };
  if (chat) body.messages = [{ role: 'user', content: mark }];
  else body.input = mark;
  if (chat && way.stream) body.stream_options = { include_usage: true };
  if (!chat) body.include = ['reasoning.encrypted_content'];
  if (expected.citations.length > 0) {
    if (chat) body.web_search_options = {};
    else body.tools = [{ type: 'web_search' }];
  }
  const answer = await fetch(gateway.url + way.path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, seen: (chat ? readChat : readResponses)(text, way.stream) };
}

// Members of what was seen that are not as recorded.
function compare(expected, seen, chat) {
  const wrong = [];
  const same = (what, a, b) => {
    if (JSON.stringify(a) !== JSON.stringify(b)) {
      wrong.push(`${what}: ${JSON.stringify(b)?.slice(0, 160)}, recorded ${JSON.stringify(a)?.slice(0, 160)}`);
    }
  };
  same('text', expected.text, seen.text);
  same('calls', expected.calls, seen.calls);
  same('images', expected.images, seen.images);
  same('finish', chat ? expected.finish : expected.status, seen.finish);
  same('signatures', expected.signatures, seen.signatures);
  same('citations', expected.citations, seen.citations);
  if (expected.usage) same('usage', expected.usage, seen.usage);
  return wrong;
}

async function checkAnswers() {
  const upstream = serve({});
  await new Promise((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${upstream.address().port}`;
  const fresh = () => startGateway({ upstream: address, accounts: 3, args: ['--auth-mode', 'off'] });
  let gateway = await fresh();
  let right = 0;
  let count = 0;
  for (const recording of recordings) {
    const expected = expectationOf(recording, merged);
    for (const way of ways) {
      ++count;
      const { status, seen } = await ask(gateway, way, recording, expected);
      const failed = status >= 400 || seen.error;
      const name = `${recording.name} (${way.name})`;
      let wrong = [];
      if (expected.fails || (expected.breaks && way.stream)) {
        if (!failed) wrong.push(`answered ${status}: ${JSON.stringify(seen).slice(0, 200)}`);
      } else if (failed) {
        wrong.push(`status ${status}: ${JSON.stringify(seen.error).slice(0, 300)}`);
      } else {
        wrong = compare(expected, seen, way.path.endsWith('completions'));
      }
      if (wrong.length === 0) ++right;
      for (const what of wrong) differ(name, what);
      if (failed) {
        await gateway.stop();
        gateway = await fresh();
      }
    }
  }
  await gateway.stop();
  upstream.close();
  upstream.closeAllConnections();
  console.log(`answers: ${right} of ${count} come out right`);
}

// The native front passes every answer byte for byte, in its three forms.
async function checkNative() {
  const upstream = serve({});
  await new Promise((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${upstream.address().port}`;
  const fresh = () => startGateway({ upstream: address, accounts: 3, args: ['--auth-mode', 'off'] });
  let gateway = await fresh();
  let right = 0;
  let count = 0;
  const ask = async (url, form, name) => {
    const body = JSON.stringify({ contents: [{ role: 'user', parts: [{ text: `[[rec:${name}]]` }] }] });
    const headers = { 'content-type': 'application/json', 'x-goog-api-key': 'k' };
    const answer = await fetch(`${url}/v1beta/models/${MODEL}:${form}`, { method: 'POST', headers, body });
    return { status: answer.status, bytes: Buffer.from(await answer.arrayBuffer()) };
  };
  for (const { name } of recordings) {
    for (const form of ['generateContent', 'streamGenerateContent?alt=sse', 'streamGenerateContent']) {
      ++count;
      const wanted = await ask(address, form, name);
      const got = await ask(gateway.url, form, name);
      // What fails before its first byte is tried again, and is an error of the gateway in the end.
      const fails = wanted.status >= 400 || /^(data: |\[)?\s*\{\s*"error"/.test(wanted.bytes.toString());
      const passes = fails ? got.status >= 400 : got.status === 200 && wanted.bytes.equals(got.bytes);
      const same = wanted.status !== 400 || got.status !== 400 || wanted.bytes.equals(got.bytes);
      if (passes && same) ++right;
      else differ(`${name} (${form})`, `${got.status} ${got.bytes.toString().slice(0, 200)}, Google ${wanted.status}`);
      if (got.status < 400) continue;
      await gateway.stop();
      gateway = await fresh();
    }
  }
  await gateway.stop();
  upstream.close();
  upstream.closeAllConnections();
  console.log(`native: ${right} of ${count} pass byte for byte`);
}

await checkRequests();
await checkAnswers();
await checkNative();
for (const line of differences) console.log(line);
process.exit(differences.length > 0 ? 1 : 0);
