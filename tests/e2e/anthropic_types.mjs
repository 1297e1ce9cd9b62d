// Responses of agm, against the types that Anthropic publishes with its SDK: real responses of a
// gateway, to upstream answers of every kind (tests/golden/{openai,messages}/answer_*), are put into
// typed constants and checked by the TypeScript compiler, which also finds members that the types do
// not know. The request fields of the types must stand in core/protocol/FIELDS.md.
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { readFields } from './fields.mjs';
import { startGateway, startMock } from './gateway.mjs';
import { membersOf, problemsOf } from './type_check.mjs';

const MODEL = 'gemini-3-flash-preview';
const REQUESTS = {
  'POST /v1/messages': 'Anthropic.MessageCreateParams',
  'POST /v1/messages/count_tokens': 'Anthropic.MessageCountTokensParams',
};
const SEARCH = { type: 'web_search_20250305', name: 'web_search' };
const FETCH = { type: 'web_fetch_20250910', name: 'web_fetch' };

// The types want a null for texts without citations, which makes an AI SDK refuse the response.
function cited(value) {
  for (const block of [...(value.content ?? []), value.content_block]) {
    if (block?.type === 'text') block.citations ??= null;
  }
  return value;
}

const read = (folder, name) => readFile(new URL(name, folder), 'utf8').catch(() => undefined);

// The golden answers of a dialect, as what the mock is to send, streamed and whole.
async function stepsOf(dialect) {
  const golden = new URL(`../golden/${dialect}/`, import.meta.url);
  const names = (await readdir(golden)).filter((name) => name.startsWith('answer_'));
  const steps = [];
  for (const name of names) {
    const folder = new URL(`${name}/`, golden);
    const text = `golden:${dialect}-${name};`;
    const stream = await read(folder, 'answer.sse');
    if (stream === undefined) {
      steps.push({ match: { text }, do: { body: await read(folder, 'answer.json') } });
      continue;
    }
    const events = stream.split(/\r?\n/).filter((line) => line.startsWith('data: '));
    const whole = `[${events.map((line) => line.slice('data: '.length)).join(',')}]`;
    const method = 'streamGenerateContent';
    steps.push({ match: { text, method }, do: { body: stream, content_type: 'text/event-stream' } });
    steps.push({ match: { text }, do: { body: events.length > 0 ? whole : stream } });
  }
  return { steps, names: names.map((name) => `${dialect}-${name}`) };
}

describe("responses are of Anthropic's types", { timeout: 240_000 }, () => {
  let mock;
  let gateway;
  const answers = []; // {label, type, value}

  const ask = async (label, type, path, body) => {
    const response = await fetch(`${gateway.url}/v1/${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { 'content-type': 'application/json', 'anthropic-version': '2023-06-01' },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    if (response.status !== 200) {
      const value = JSON.parse(text);
      delete value.error.accounts; // FIELDS.md: which accounts are in cooldown, why and until when
      return answers.push({ label, type: 'AnthropicError', value });
    }
    assert.ok(response.headers.get('request-id'), label);
    if (!body?.stream) return answers.push({ label, type, value: cited(JSON.parse(text)) });
    const data = text.split('\n').filter((line) => line.startsWith('data: '));
    for (const line of data) {
      const value = cited(JSON.parse(line.slice('data: '.length)));
      if (value.type === 'ping') continue; // the types leave it out
      answers.push({ label, type: value.type === 'error' ? 'AnthropicError' : type, value });
    }
  };

  before(async () => {
    const all = await Promise.all(['openai', 'messages'].map(stepsOf));
    const steps = all.flatMap((each) => each.steps);
    // An answer that goes on over another hop ends there.
    steps.unshift({ match: { text: '"continuationToken"' }, do: { text: 'the rest' } });
    mock = await startMock({ steps });
    gateway = await startGateway({ upstream: mock.url, accounts: 60, args: ['--auth-mode', 'off'] });
    for (const name of all.flatMap((each) => each.names)) {
      const body = {
        model: MODEL,
        max_tokens: 4000,
        system: `golden:${name};`,
        messages: [{ role: 'user', content: 'hello' }],
        thinking: { type: 'adaptive', display: 'summarized' },
        tools: [SEARCH, FETCH],
      };
      await ask(name, 'Message', 'messages', body);
      await ask(`${name}, streamed`, 'MessageStreamEvent', 'messages', { ...body, stream: true });
    }
    const messages = [{ role: 'user', content: 'hello' }];
    await ask('count', 'MessageTokensCount', 'messages/count_tokens', { model: MODEL, messages });
    await ask('warm-up', 'Message', 'messages', { model: MODEL, max_tokens: 0, messages });
    await ask('model', 'AnthropicModel', `models/${MODEL}`);
    await ask('no field', 'never', 'messages', { model: MODEL });
  });
  after(async () => {
    await gateway?.stop();
    await mock?.stop();
  });

  test('each, with no other members', () => {
    const problems = problemsOf(answers);
    assert.deepEqual(problems, [], `${problems.length} of ${answers.length} answers\n${problems.join('\n')}`);
    console.log(`${answers.length} answers`);
  });

  test('of every kind', () => {
    const types = new Set(answers.map(({ type }) => type));
    for (const type of ['Message', 'MessageStreamEvent', 'MessageTokensCount', 'AnthropicModel', 'AnthropicError']) {
      assert.ok(types.has(type), `no ${type}`);
    }
    const blocks = new Set(answers.flatMap(({ value }) => (value.content ?? []).map(({ type }) => type)));
    for (const type of ['thinking', 'text', 'tool_use', 'server_tool_use', 'web_search_tool_result']) {
      assert.ok(blocks.has(type), `no block of type ${type}`);
    }
  });

  for (const [route, type] of Object.entries(REQUESTS)) {
    test(`${route}: every field stands in FIELDS.md`, async () => {
      const told = await readFields(route);
      const missing = membersOf(type).filter((name) => !told.has(name));
      assert.deepEqual(missing, []);
    });
  }
});
