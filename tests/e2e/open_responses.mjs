// The members that the Open Responses specification (openresponses.org) requires of response objects,
// items, parts and stream events, checked on what agm answers. Extra members are allowed.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startGateway } from './gateway.mjs';

const MODEL = 'gemini-3-flash';

const string = (v) => typeof v === 'string';
const filled = (v) => string(v) && v !== '';
const number = (v) => typeof v === 'number';
const integer = Number.isInteger;
const boolean = (v) => typeof v === 'boolean';
const array = Array.isArray;
const object = (v) => typeof v === 'object' && v !== null && !array(v);
const nullable = (is) => (v) => v === null || is(v);
const oneOf =
  (...words) =>
  (v) =>
    words.includes(v);
const anything = (v) => v !== undefined;

const RESPONSE = {
  id: filled,
  object: oneOf('response'),
  created_at: integer,
  completed_at: nullable(integer),
  status: oneOf('completed', 'incomplete', 'failed', 'in_progress'),
  incomplete_details: nullable(object),
  model: filled,
  previous_response_id: nullable(string),
  instructions: nullable(anything),
  output: array,
  error: nullable(object),
  tools: array,
  tool_choice: (v) => string(v) || object(v),
  truncation: oneOf('auto', 'disabled'),
  parallel_tool_calls: boolean,
  text: object,
  top_p: number,
  presence_penalty: number,
  frequency_penalty: number,
  top_logprobs: integer,
  temperature: number,
  reasoning: nullable(object),
  user: nullable(string),
  usage: nullable(object),
  max_output_tokens: nullable(integer),
  max_tool_calls: nullable(integer),
  store: boolean,
  background: boolean,
  service_tier: string,
  metadata: object,
  safety_identifier: nullable(string),
  prompt_cache_key: nullable(string),
};

const USAGE = {
  input_tokens: integer,
  output_tokens: integer,
  total_tokens: integer,
  input_tokens_details: (v) => object(v) && integer(v.cached_tokens),
  output_tokens_details: (v) => object(v) && integer(v.reasoning_tokens),
};

const STATUS = oneOf('in_progress', 'completed', 'incomplete');
const ITEMS = {
  message: { id: filled, status: STATUS, role: oneOf('assistant'), content: array },
  function_call: { id: filled, call_id: filled, name: filled, arguments: string, status: STATUS },
  reasoning: { id: filled, summary: array },
  compaction: { id: filled, encrypted_content: string },
  web_search_call: { id: filled, status: string, action: object },
};
const PARTS = {
  output_text: { text: string, annotations: array, logprobs: array },
  refusal: { refusal: string },
};

const ITEM = { output_index: integer, item: object };
const PART = { item_id: filled, output_index: integer, content_index: integer };
const SUMMARY = { item_id: filled, output_index: integer, summary_index: integer };
const EVENTS = {
  'response.created': { response: object },
  'response.in_progress': { response: object },
  'response.completed': { response: object },
  'response.output_item.added': ITEM,
  'response.output_item.done': ITEM,
  'response.content_part.added': { ...PART, part: object },
  'response.content_part.done': { ...PART, part: object },
  'response.output_text.delta': { ...PART, delta: string, logprobs: array },
  'response.output_text.done': { ...PART, text: string, logprobs: array },
  'response.output_text.annotation.added': { ...PART, annotation_index: integer, annotation: object },
  'response.function_call_arguments.delta': { item_id: filled, output_index: integer, delta: string },
  'response.function_call_arguments.done': {
    item_id: filled,
    output_index: integer,
    arguments: string,
  },
  'response.reasoning_summary_part.added': { ...SUMMARY, part: object },
  'response.reasoning_summary_part.done': { ...SUMMARY, part: object },
  'response.reasoning_summary_text.delta': { ...SUMMARY, delta: string },
  'response.reasoning_summary_text.done': { ...SUMMARY, text: string },
};

function check(value, members, what) {
  for (const [name, is] of Object.entries(members)) {
    assert.ok(is(value[name]), `${what}.${name} is ${JSON.stringify(value[name])}`);
  }
}

function checkItem(item) {
  assert.ok(ITEMS[item.type], `an item of type ${item.type}`);
  check(item, ITEMS[item.type], item.type);
  for (const part of item.content ?? []) {
    assert.ok(PARTS[part.type], `a part of type ${part.type}`);
    check(part, PARTS[part.type], part.type);
  }
}

function checkResponse(response, items) {
  check(response, RESPONSE, 'response');
  response.output.forEach(checkItem);
  if (items) assert.deepEqual(response.output.map((item) => item.type), items);
  if (response.status === 'completed') check(response.usage, USAGE, 'usage');
}

function eventsOf(text) {
  return text
    .split('\n\n')
    .map((frame) => frame.split('\n').find((line) => line.startsWith('data: ')))
    .filter((line) => line && line !== 'data: [DONE]')
    .map((line) => JSON.parse(line.slice('data: '.length)));
}

const TOOLS = [
  {
    type: 'function',
    name: 'get_weather',
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
  },
];

const REQUESTS = [
  ['a text', { input: 'Say hello.' }, ['message']],
  ['a conversation', {
    instructions: 'Be brief.',
    input: [
      { role: 'user', content: 'I am Ann.' },
      { role: 'assistant', content: 'Hello, Ann.' },
      { role: 'user', content: 'Who am I?' },
    ],
  }, ['message']],
  ['a call', { input: 'call get_weather {"city":"Ulm"}', tools: TOOLS }, ['function_call']],
  ['settings', {
    input: 'Say hello.',
    presence_penalty: 0.5,
    max_output_tokens: 100,
    metadata: { a: 'b' },
    user: 'u',
  }, ['message']],
];

describe('Open Responses', { timeout: 120_000 }, () => {
  let gateway;
  before(async () => (gateway = await startGateway()));
  after(() => gateway.stop());

  const post = async (path, body) => {
    const answer = await fetch(`${gateway.url}${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ model: MODEL, ...body }),
    });
    const text = await answer.text();
    assert.equal(answer.status, 200, text);
    return text;
  };

  for (const [name, body, items] of REQUESTS) {
    test(`${name}, whole`, async () => {
      checkResponse(JSON.parse(await post('/v1/responses', body)), items);
    });

    test(`${name}, streamed`, async () => {
      const events = eventsOf(await post('/v1/responses', { ...body, stream: true }));
      events.forEach((event, index) => {
        assert.equal(event.sequence_number, index);
        assert.ok(EVENTS[event.type], `an event of type ${event.type}`);
        check(event, EVENTS[event.type], event.type);
        if (event.response) checkResponse(event.response);
        if (event.type === 'response.output_item.done') checkItem(event.item);
      });
      assert.equal(events.at(-1).type, 'response.completed');
      checkResponse(events.at(-1).response, items);
    });
  }

  test('a compaction, and what goes on from it', async () => {
    const input = [{ role: 'user', content: 'I am Ann.' }];
    const compacted = JSON.parse(await post('/v1/responses/compact', { input }));
    check(compacted, { id: filled, created_at: integer, output: array, usage: object }, 'compaction');
    assert.equal(compacted.object, 'response.compaction');
    check(compacted.usage, USAGE, 'usage');
    compacted.output.forEach(checkItem);
    const next = [...compacted.output, { role: 'user', content: 'Who am I?' }];
    checkResponse(JSON.parse(await post('/v1/responses', { input: next })), ['message']);
  });

  test('the number of tokens', async () => {
    const counted = JSON.parse(await post('/v1/responses/input_tokens', { input: 'Say hello.' }));
    assert.equal(counted.object, 'response.input_tokens');
    assert.ok(counted.input_tokens > 0);
  });
});
