// The official openai SDK against agm and its embedded mock.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import OpenAI, { toFile } from 'openai';
import { startGateway } from './gateway.mjs';

const MODEL = 'gemini-3-flash';
const hello = [{ role: 'user', content: 'Say hello to the tests.' }];

describe('the openai SDK, auth off', { timeout: 120_000 }, () => {
  let gateway;
  let client;
  before(async () => {
    gateway = await startGateway();
    client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'unused', maxRetries: 0 });
  });
  after(async () => {
    const { code, stdout } = await gateway.stop();
    assert.equal(code, 0, 'agm ends with 0 after SIGTERM');
    assert.equal(stdout, '', 'agm serve writes nothing to stdout');
  });

  test('lists models with all their fields, and no patterns', async () => {
    const { data } = await client.models.list();
    assert.ok(data.length > 0);
    for (const model of data) {
      assert.equal(model.object, 'model');
      assert.equal(typeof model.id, 'string');
      assert.ok(!model.id.includes('*'), model.id);
      assert.ok(Number.isInteger(model.created), model.id);
      assert.equal(typeof model.owned_by, 'string');
    }
  });

  test('retrieves a model of the list', async () => {
    const { data } = await client.models.list();
    assert.equal((await client.models.retrieve(data[0].id)).id, data[0].id);
  });

  test('gets a simple answer', async () => {
    const answer = await client.chat.completions.create({
      model: MODEL,
      messages: [{ role: 'system', content: 'Be brief.' }, ...hello],
      temperature: 0.3,
      max_completion_tokens: 2000,
    });
    assert.equal(answer.object, 'chat.completion');
    assert.ok(answer.id);
    assert.ok(answer.created > 1e9);
    assert.equal(answer.choices.length, 1);
    assert.equal(answer.choices[0].index, 0);
    assert.equal(answer.choices[0].finish_reason, 'stop');
    assert.equal(answer.choices[0].message.role, 'assistant');
    assert.match(answer.choices[0].message.content, /mock/i);
    assert.ok(answer.usage.prompt_tokens > 0);
    assert.ok(answer.usage.completion_tokens > 0);
    assert.ok(answer.usage.total_tokens >= answer.usage.prompt_tokens + answer.usage.completion_tokens);
  });

  test('streams the same answer in several chunks, with usage last', async () => {
    const stream = await client.chat.completions.create({
      model: MODEL,
      messages: hello,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    const deltas = chunks.flatMap((chunk) => chunk.choices);
    const text = deltas.map(({ delta }) => delta.content ?? '').join('');
    const whole = await client.chat.completions.create({ model: MODEL, messages: hello });

    assert.ok(chunks.length >= 4, `${chunks.length} chunks`);
    assert.equal(new Set(chunks.map(({ id }) => id)).size, 1, 'one id');
    assert.ok(chunks.every(({ object }) => object === 'chat.completion.chunk'));
    assert.equal(deltas[0].delta.role, 'assistant');
    assert.equal(text, whole.choices[0].message.content);
    assert.deepEqual(deltas.map((choice) => choice.finish_reason).filter(Boolean), ['stop']);
    assert.deepEqual(chunks.at(-1).choices, []);
    assert.ok(chunks.at(-1).usage.total_tokens > 0);
  });

  test('sends no usage chunk that was not asked for', async () => {
    const stream = await client.chat.completions.create({ model: MODEL, messages: hello, stream: true });
    for await (const chunk of stream) {
      assert.ok(chunk.choices.length > 0);
      assert.ok(!chunk.usage);
    }
  });

  test('maps gpt-4o and names the model and the account that answered', async () => {
    const { data, response } = await client.chat.completions
      .create({ model: 'gpt-4o', messages: hello })
      .withResponse();
    assert.match(response.headers.get('x-mapped-model'), /^gemini-/);
    assert.ok(response.headers.get('x-account-email'));
    assert.ok(response.headers.get('x-request-id'));
    assert.equal(data.choices[0].finish_reason, 'stop');
  });

  test('gets a BadRequestError that names what is wrong', async () => {
    await assert.rejects(client.chat.completions.create({ model: MODEL, messages: [] }), (error) => {
      assert.ok(error instanceof OpenAI.BadRequestError, error.constructor.name);
      assert.equal(error.status, 400);
      assert.equal(error.type, 'invalid_request_error');
      assert.match(error.message, /messages/);
      return true;
    });
  });

  test('gets a NotFoundError for a model that nobody has', async () => {
    await assert.rejects(client.models.retrieve('no-such-model'), (error) => {
      assert.ok(error instanceof OpenAI.NotFoundError, error.constructor.name);
      return true;
    });
  });

  test('may leave in the middle of a stream, and the gateway goes on', async () => {
    const stream = await client.chat.completions.create({
      model: MODEL,
      messages: [{ role: 'user', content: 'Repeat: ' + 'many words '.repeat(400) }],
      stream: true,
    });
    let chunks = 0;
    for await (const chunk of stream) {
      assert.equal(chunk.object, 'chat.completion.chunk');
      if (++chunks === 3) stream.controller.abort();
    }
    assert.equal(chunks, 3, 'the stream ends where the client left it');
    const answer = await client.chat.completions.create({ model: MODEL, messages: hello });
    assert.equal(answer.choices[0].finish_reason, 'stop');
  });

  test('completes several prompts, whole and streamed', async () => {
    const prompts = { model: 'gpt-3.5-turbo-instruct', prompt: ['one', 'two'], echo: true };
    const whole = await client.completions.create(prompts);
    assert.deepEqual(whole.choices.map(({ index }) => index), [0, 1]);
    const texts = ['', ''];
    for await (const { choices } of await client.completions.create({ ...prompts, stream: true })) {
      for (const { index, text } of choices) texts[index] += text;
    }
    assert.deepEqual(texts, whole.choices.map(({ text }) => text));
    assert.match(texts[1], /^two.*two$/s);
  });

  test('draws, and changes what was drawn', async () => {
    const drawn = await client.images.generate({ model: 'gpt-image-1', prompt: 'a cat', n: 2 });
    assert.equal(drawn.data.length, 2);
    const bytes = Buffer.from(drawn.data[0].b64_json, 'base64');
    assert.equal(bytes.subarray(1, 4).toString(), 'PNG');
    const image = [await toFile(bytes, 'a.png'), await toFile(bytes, 'b.png', { type: 'image/png' })];
    const changed = await client.images.edit({ model: 'gpt-image-1', prompt: 'greener', image });
    assert.ok(changed.usage.input_tokens_details.image_tokens > 0);
    const stream = await client.images.edit({ model: 'gpt-image-1', prompt: 'greener', image, stream: true });
    const events = [];
    for await (const event of stream) events.push(event.type);
    assert.deepEqual(events, ['image_edit.completed']);
  });

  test('writes down a recording in every format, and streamed', async () => {
    const wav = Buffer.concat([Buffer.from('RIFF....WAVEfmt '), Buffer.alloc(100)]);
    const ask = async (more) =>
      client.audio.transcriptions.create({ model: 'whisper-1', file: await toFile(wav, 'talk.wav'), ...more });
    const { text } = await ask();
    assert.match(text, /116 bytes of audio\/wav/);
    assert.equal(await ask({ response_format: 'text' }), `${text}\n`);
    assert.match(await ask({ response_format: 'srt' }), /^1\n00:00:0\d,\d{3} --> 00:00:0\d,\d{3}\n/);
    assert.match(await ask({ response_format: 'vtt' }), /^WEBVTT\n\n/);
    const verbose = await ask({ response_format: 'verbose_json', timestamp_granularities: ['word', 'segment'] });
    assert.ok(verbose.duration > 0 && verbose.words.length > 0 && verbose.segments.length > 0);
    let streamed = '';
    for await (const event of await ask({ stream: true })) streamed += event.delta ?? '';
    assert.equal(streamed, text);
  });

  test('gets ten answers at once over kept connections', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => client.chat.completions.create({ model: MODEL, messages: hello })),
    );
    assert.ok(answers.every((answer) => answer.choices[0].finish_reason === 'stop'));
    assert.equal(new Set(answers.map(({ id }) => id)).size, 10, 'each answer has its own id');
  });
});

describe('the openai SDK, auth on', { timeout: 60_000 }, () => {
  const key = 'sk-for-the-tests-only';
  let gateway;
  const clientWith = (apiKey) =>
    new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey, maxRetries: 0 });
  before(async () => {
    gateway = await startGateway({ args: ['--auth-mode', 'strict'], env: { AGM_API_KEY: key } });
  });
  after(() => gateway.stop());

  test('is served with the right key', async () => {
    const answer = await clientWith(key).chat.completions.create({ model: MODEL, messages: hello });
    assert.equal(answer.choices[0].finish_reason, 'stop');
  });

  test('gets an AuthenticationError with a wrong key', async () => {
    const wrong = clientWith('sk-wrong');
    await assert.rejects(wrong.chat.completions.create({ model: MODEL, messages: hello }), (error) => {
      assert.ok(error instanceof OpenAI.AuthenticationError, error.constructor.name);
      assert.equal(error.status, 401);
      assert.ok(error.headers.get('www-authenticate'));
      assert.ok(!error.message.includes('sk-wrong'), 'the key is not echoed');
      return true;
    });
  });

  test('never shows a key in the log', async () => {
    assert.ok(!gateway.output.stderr.includes(key));
    assert.ok(!gateway.output.stderr.includes('sk-wrong'));
  });
});
