// The official Anthropic SDK, and the AI SDK's provider, against agm and its embedded mock.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { createAnthropic } from '@ai-sdk/anthropic';
import { generateText, streamText } from 'ai';
import { startGateway } from './gateway.mjs';

const MODEL = 'claude-sonnet-5';
const hello = [{ role: 'user', content: 'Say hello to the tests.' }];
const weather = {
  name: 'weather',
  description: 'Tells the weather of a place',
  input_schema: { type: 'object', properties: { place: { type: 'string' } }, required: ['place'] },
};

describe('the Anthropic SDK, auth off', { timeout: 120_000 }, () => {
  let gateway;
  let client;
  before(async () => {
    gateway = await startGateway();
    client = new Anthropic({ baseURL: gateway.url, apiKey: 'unused', maxRetries: 0 });
  });
  after(async () => {
    const { code } = await gateway.stop();
    assert.equal(code, 0, 'agm ends with 0 after SIGTERM');
  });

  test('gets a message, and the name of its request', async () => {
    const message = await client.messages.create({ model: MODEL, max_tokens: 2000, messages: hello });
    assert.equal(message.type, 'message');
    assert.equal(message.role, 'assistant');
    assert.equal(message.model, MODEL);
    assert.match(message.id, /^msg_/);
    assert.equal(message.stop_reason, 'end_turn');
    assert.equal(message.content.length, 1);
    assert.match(message.content[0].text, /mock/);
    assert.ok(message.usage.input_tokens > 0);
    assert.ok(message.usage.output_tokens > 0);
    assert.ok(message._request_id);
  });

  test('streams the same message', async () => {
    const wanted = { model: MODEL, max_tokens: 2000, messages: hello };
    const stream = client.messages.stream(wanted);
    let text = '';
    stream.on('text', (more) => (text += more));
    const streamed = await stream.finalMessage();
    const whole = await client.messages.create(wanted);
    assert.deepEqual(streamed.content, whole.content);
    assert.equal(text, whole.content[0].text);
    assert.equal(streamed.stop_reason, 'end_turn');
  });

  test('thinks aloud before the text', async () => {
    const message = await client.messages
      .stream({ model: MODEL, max_tokens: 4000, messages: hello, thinking: { type: 'enabled', budget_tokens: 2000 } })
      .finalMessage();
    assert.deepEqual(message.content.map(({ type }) => type), ['thinking', 'text']);
    assert.ok(message.content[0].thinking.length > 0);
    assert.ok(message.content[0].signature.length > 0);
  });

  test('runs tools until the answer is there', async () => {
    const places = [];
    const runner = client.beta.messages.toolRunner({
      model: MODEL,
      max_tokens: 2000,
      messages: [{ role: 'user', content: 'call weather {"place":"Oslo"}\ncall weather {"place":"Rome"}' }],
      tools: [
        {
          ...weather,
          run: ({ place }) => {
            places.push(place);
            return `fine in ${place}`;
          },
          parse: (input) => input,
        },
      ],
    });
    const last = await runner;
    assert.deepEqual(places.sort(), ['Oslo', 'Rome']);
    assert.equal(last.stop_reason, 'end_turn');
    assert.match(last.content[0].text, /fine in Oslo/);
  });

  test('gets JSON of a schema', async () => {
    const schema = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'], additionalProperties: false };
    const message = await client.messages.create({
      model: MODEL,
      max_tokens: 2000,
      messages: hello,
      output_config: { format: { type: 'json_schema', schema } },
    });
    assert.ok(Number.isInteger(JSON.parse(message.content[0].text).n));
  });

  test('counts tokens, as many at once as it likes', async () => {
    const count = () => client.messages.countTokens({ model: MODEL, messages: hello, tools: [weather] });
    const counts = await Promise.all(Array.from({ length: 30 }, count));
    assert.ok(counts.every(({ input_tokens: tokens }) => tokens > 0));
    assert.equal(new Set(counts.map(({ input_tokens: tokens }) => tokens)).size, 1);
  });

  test('lists all models on one page', async () => {
    const ids = [];
    for await (const model of client.models.list({ limit: 2 })) {
      assert.equal(model.type, 'model');
      ids.push(model.id);
    }
    assert.ok(ids.length > 0);
    assert.equal(new Set(ids).size, ids.length);
    assert.equal((await client.models.retrieve(ids[0])).id, ids[0]);
    await assert.rejects(client.models.retrieve('no-such-model'), Anthropic.NotFoundError);
  });

  test('warms a cache with no tokens at all', async () => {
    const message = await client.messages.create({ model: MODEL, max_tokens: 0, messages: hello });
    assert.deepEqual(message.content, []);
    assert.equal(message.stop_reason, 'max_tokens');
    assert.equal(message.usage.output_tokens, 0);
    assert.ok(message.usage.input_tokens > 0);
  });

  test('gets a BadRequestError that names the field', async () => {
    const messages = [{ role: 'user', content: [{ type: 'smell' }] }];
    await assert.rejects(client.messages.create({ model: MODEL, max_tokens: 9, messages }), (error) => {
      assert.ok(error instanceof Anthropic.BadRequestError, error.constructor.name);
      assert.match(error.message, /messages\.0\.content\.0/);
      assert.equal(error.error.request_id, error.requestID);
      return true;
    });
  });

  test('may leave in the middle of a stream, and the gateway goes on', async () => {
    const stream = await client.messages.create({
      model: MODEL,
      max_tokens: 9000,
      messages: [{ role: 'user', content: `Repeat: ${'many words '.repeat(400)}` }],
      stream: true,
    });
    let events = 0;
    for await (const event of stream) {
      assert.ok(event.type);
      if (++events === 3) stream.controller.abort();
    }
    const again = await client.messages.create({ model: MODEL, max_tokens: 2000, messages: hello });
    assert.equal(again.stop_reason, 'end_turn');
  });

  test('is served through the AI SDK, whole, streamed and with a tool', async () => {
    const model = createAnthropic({ baseURL: `${gateway.url}/v1`, apiKey: 'unused' })(MODEL);
    const { text, usage } = await generateText({ model, prompt: 'Say hello.' });
    assert.match(text, /mock/);
    assert.ok(usage.inputTokens > 0);
    let streamed = '';
    for await (const more of streamText({ model, prompt: 'Say hello.' }).textStream) streamed += more;
    assert.equal(streamed, text);
  });
});

describe('the Anthropic SDK, auth on', { timeout: 60_000 }, () => {
  const key = 'sk-for-the-tests-only';
  let gateway;
  before(async () => {
    gateway = await startGateway({ args: ['--auth-mode', 'strict'], env: { AGM_API_KEY: key } });
  });
  after(() => gateway.stop());

  test('is served with the right key', async () => {
    const client = new Anthropic({ baseURL: gateway.url, apiKey: key, maxRetries: 0 });
    const message = await client.messages.create({ model: MODEL, max_tokens: 2000, messages: hello });
    assert.equal(message.stop_reason, 'end_turn');
  });

  test('gets an AuthenticationError with a wrong key, and no second try', async () => {
    const client = new Anthropic({ baseURL: gateway.url, apiKey: 'sk-wrong' });
    await assert.rejects(client.messages.create({ model: MODEL, max_tokens: 9, messages: hello }), (error) => {
      assert.ok(error instanceof Anthropic.AuthenticationError, error.constructor.name);
      assert.equal(error.headers.get('x-should-retry'), 'false');
      assert.ok(!error.message.includes('sk-wrong'), 'the key is not echoed');
      return true;
    });
  });
});
