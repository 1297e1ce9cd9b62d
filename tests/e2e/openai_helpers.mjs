// The helpers of the official openai SDK, which check what they are given: streams that add up,
// answers parsed by a schema, tools that are run, conversations that go on by id.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import OpenAI from 'openai';
import { zodResponseFormat, zodTextFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { startGateway } from './gateway.mjs';

const MODEL = 'gemini-3-flash';
const CITY = {
  type: 'object',
  properties: { city: { type: 'string' }, days: { type: ['integer', 'null'] } },
  required: ['city', 'days'],
  additionalProperties: false,
};
const Person = z.object({
  name: z.string(),
  age: z.number().int(),
  address: z.object({ street: z.string(), zip: z.string().nullable() }),
  tags: z.array(z.enum(['a', 'b'])),
  kind: z.union([z.literal('person'), z.number()]),
});
const user = (content) => [{ role: 'user', content }];

describe("the openai SDK's helpers", { timeout: 120_000 }, () => {
  let gateway;
  let client;
  before(async () => {
    gateway = await startGateway();
    client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'unused', maxRetries: 0 });
  });
  after(() => gateway.stop());

  describe('chat', () => {
    const weather = {
      type: 'function',
      function: { name: 'get_weather', description: 'Weather', parameters: CITY, strict: true },
    };
    const clock = { type: 'function', function: { name: 'get_time', parameters: {} } };

    test('stream() adds up to the message', async () => {
      let deltas = '';
      const stream = client.chat.completions
        .stream({
          model: MODEL,
          messages: user('Grüße 世界 🌍'),
          stream_options: { include_usage: true },
        })
        .on('content.delta', ({ delta }) => (deltas += delta));
      const completion = await stream.finalChatCompletion();
      assert.match(deltas, /Grüße 世界 🌍/);
      assert.equal(completion.choices[0].message.content, deltas);
      assert.equal(completion.choices[0].finish_reason, 'stop');
      assert.ok(completion.usage.total_tokens > 0);
    });

    test('stream() tells of parallel calls with whole arguments', async () => {
      const done = [];
      const stream = client.chat.completions
        .stream({
          model: MODEL,
          messages: user('call get_weather {"city":"Köln","days":2}\ncall get_time'),
          tools: [weather, clock],
        })
        .on('tool_calls.function.arguments.done', (call) => done.push(call));
      const message = await stream.finalMessage();
      assert.deepEqual(
        done.map(({ name, index, arguments: text }) => [index, name, JSON.parse(text)]),
        [
          [0, 'get_weather', { city: 'Köln', days: 2 }],
          [1, 'get_time', {}],
        ],
      );
      assert.equal(new Set(message.tool_calls.map(({ id }) => id)).size, 2);
      assert.equal(message.content, null);
    });

    test('stream() takes several choices', async () => {
      const completion = await client.chat.completions
        .stream({ model: MODEL, messages: user('hello'), n: 2 })
        .finalChatCompletion();
      assert.deepEqual(completion.choices.map(({ index }) => index), [0, 1]);
    });

    test('parse() reads the answer with a schema, whole and streamed', async () => {
      const ask = {
        model: MODEL,
        messages: user('Make somebody up'),
        response_format: zodResponseFormat(Person, 'person'),
      };
      const whole = await client.chat.completions.parse(ask);
      assert.ok(Person.parse(whole.choices[0].message.parsed));
      const streamed = await client.chat.completions.stream(ask).finalChatCompletion();
      assert.ok(Person.parse(streamed.choices[0].message.parsed));
    });

    test('parse() refuses an answer that was cut off', async () => {
      await assert.rejects(
        client.chat.completions.parse({
          model: MODEL,
          messages: user('Make somebody up'),
          max_completion_tokens: 1,
          response_format: zodResponseFormat(Person, 'person'),
        }),
        OpenAI.LengthFinishReasonError,
      );
    });

    for (const stream of [false, true]) {
      test(`runTools() runs steps to the end${stream ? ', streamed' : ''}`, async () => {
        const seen = [];
        const tool = (name, answer) => ({
          type: 'function',
          function: {
            name,
            description: name,
            parameters: CITY,
            parse: JSON.parse,
            function: (args) => (seen.push([name, args.city]), answer),
          },
        });
        const runner = client.chat.completions.runTools({
          model: MODEL,
          stream,
          messages: user(
            'call get_weather {"city":"A","days":1}\ncall get_time {"city":"B","days":null}\n' +
              'then call get_weather {"city":"C","days":3}',
          ),
          tools: [tool('get_weather', 'sunny at last'), tool('get_time', 'noon')],
        });
        const text = await runner.finalContent();
        assert.deepEqual(seen, [['get_weather', 'A'], ['get_time', 'B'], ['get_weather', 'C']]);
        assert.match(text, /sunny at last/);
      });
    }

    test("goes on with the helper's own messages as history", async () => {
      const first = await client.chat.completions.parse({
        model: MODEL,
        messages: user('call get_weather {"city":"A","days":1}'),
        tools: [weather],
      });
      const { message } = first.choices[0];
      assert.deepEqual(message.tool_calls[0].function.parsed_arguments, { city: 'A', days: 1 });
      const last = await client.chat.completions.create({
        model: MODEL,
        tools: [weather],
        messages: [
          ...user('call get_weather {"city":"A","days":1}'),
          message,
          { role: 'tool', tool_call_id: message.tool_calls[0].id, content: 'hail' },
        ],
      });
      assert.match(last.choices[0].message.content, /hail/);
    });

    test('calls a custom tool with free text', async () => {
      const { choices } = await client.chat.completions.create({
        model: MODEL,
        messages: user('call note {"input":"two\\nlines"}'),
        tools: [{ type: 'custom', custom: { name: 'note', description: 'Takes a note' } }],
      });
      assert.equal(choices[0].message.tool_calls[0].custom.input, 'two\nlines');
    });
  });

  describe('responses', () => {
    const weather = { type: 'function', name: 'get_weather', parameters: CITY, strict: true };
    const ask = 'call get_weather {"city":"Bonn","days":null}';

    test('stream() adds up to the response', async () => {
      let deltas = '';
      const types = [];
      const stream = client.responses
        .stream({ model: MODEL, instructions: 'Be brief.', input: 'Grüße 世界 🌍' })
        .on('response.output_text.delta', ({ delta }) => (deltas += delta))
        .on('event', ({ type }) => types.push(type));
      const response = await stream.finalResponse();
      assert.equal(response.output_text, deltas);
      assert.match(deltas, /Grüße 世界 🌍/);
      assert.equal(response.status, 'completed');
      assert.ok(response.usage.total_tokens > 0);
      assert.equal(types[0], 'response.created');
      assert.equal(types.at(-1), 'response.completed');
    });

    test('stream() tells of reasoning before the text', async () => {
      let summary = '';
      const stream = client.responses
        .stream({ model: MODEL, input: 'think', reasoning: { effort: 'high', summary: 'auto' } })
        .on('response.reasoning_summary_text.delta', ({ delta }) => (summary += delta));
      const { output, output_text: text, usage } = await stream.finalResponse();
      assert.deepEqual(output.map(({ type }) => type), ['reasoning', 'message']);
      assert.equal(output[0].summary[0].text, summary);
      assert.ok(summary.length > 0 && !text.includes(summary));
      assert.ok(usage.output_tokens_details.reasoning_tokens > 0);
    });

    test('stream() tells of calls with whole arguments', async () => {
      const done = [];
      const stream = client.responses
        .stream({ model: MODEL, input: ask, tools: [weather] })
        .on('response.function_call_arguments.done', (event) => done.push(event));
      const response = await stream.finalResponse();
      assert.deepEqual(JSON.parse(done[0].arguments), { city: 'Bonn', days: null });
      assert.equal(response.output[0].type, 'function_call');
      assert.equal(response.output[0].name, 'get_weather');
    });

    test('parse() reads the answer with a schema, whole and streamed', async () => {
      const body = {
        model: MODEL,
        input: 'Make somebody up',
        text: { format: zodTextFormat(Person, 'person') },
      };
      assert.ok(Person.parse((await client.responses.parse(body)).output_parsed));
      const streamed = await client.responses.stream(body).finalResponse();
      assert.ok(Person.parse(streamed.output_parsed));
    });

    test('previous_response_id goes on where an answer ended', async () => {
      const first = await client.responses.create({ model: MODEL, input: ask, tools: [weather] });
      const call = first.output.find(({ type }) => type === 'function_call');
      const second = await client.responses.create({
        model: MODEL,
        previous_response_id: first.id,
        input: [{ type: 'function_call_output', call_id: call.call_id, output: 'hail' }],
        tools: [weather],
      });
      assert.match(second.output_text, /hail/);
      assert.equal(second.previous_response_id, first.id);
      const third = await client.responses
        .stream({ model: MODEL, previous_response_id: second.id, input: 'And now?' })
        .finalResponse();
      assert.match(third.output_text, /And now\?/);
    });

    test('kept responses can be looked up, listed and deleted', async () => {
      const kept = await client.responses.create({
        model: MODEL,
        input: [
          { role: 'user', content: 'one' },
          { role: 'assistant', content: 'two' },
          { role: 'user', content: 'three' },
        ],
      });
      const { output_text: text } = await client.responses.retrieve(kept.id);
      assert.equal(text, kept.output_text);
      const texts = [];
      for await (const item of client.responses.inputItems.list(kept.id, { order: 'asc', limit: 2 })) {
        assert.ok(item.id, 'each item has an id');
        texts.push(item.content[0].text);
      }
      assert.deepEqual(texts, ['one', 'two', 'three']);
      await client.responses.delete(kept.id);
      await assert.rejects(client.responses.retrieve(kept.id), OpenAI.NotFoundError);
    });

    test('what is not kept cannot be gone on with', async () => {
      const gone = await client.responses.create({ model: MODEL, input: 'x', store: false });
      await assert.rejects(
        client.responses.create({ model: MODEL, input: 'y', previous_response_id: gone.id }),
        (error) => {
          assert.ok(error instanceof OpenAI.BadRequestError);
          assert.equal(error.code, 'previous_response_not_found');
          assert.equal(error.param, 'previous_response_id');
          return true;
        },
      );
    });

    test("takes its own items back, without the server's memory", async () => {
      const input = user(ask);
      const common = { model: MODEL, tools: [weather], store: false };
      const first = await client.responses.create({
        ...common,
        input,
        include: ['reasoning.encrypted_content'],
      });
      const call = first.output.find(({ type }) => type === 'function_call');
      const output = { type: 'function_call_output', call_id: call.call_id, output: 'fog' };
      const second = await client.responses.create({
        ...common,
        input: [...input, ...first.output, output],
      });
      assert.match(second.output_text, /fog/);
    });

    test('calls a custom tool with free text', async () => {
      const tools = [{ type: 'custom', name: 'note', description: 'Takes a note' }];
      const response = await client.responses
        .stream({ model: MODEL, input: 'call note {"input":"two\\nlines"}', tools })
        .finalResponse();
      assert.equal(response.output[0].type, 'custom_tool_call');
      assert.equal(response.output[0].input, 'two\nlines');
    });

    test('says that an answer was cut off', async () => {
      const response = await client.responses
        .stream({ model: MODEL, input: 'many words '.repeat(50), max_output_tokens: 16 })
        .finalResponse();
      assert.equal(response.status, 'incomplete');
      assert.equal(response.incomplete_details.reason, 'max_output_tokens');
    });
  });

  describe('embeddings', () => {
    const model = 'gemini-embedding-001';

    test('are the same numbers, packed as the SDK asks for them and plain', async () => {
      const ask = { model, input: ['a', 'b'], dimensions: 64 };
      const packed = await client.embeddings.create(ask);
      const plain = await client.embeddings.create({ ...ask, encoding_format: 'float' });
      assert.deepEqual(packed.data.map(({ index }) => index), [0, 1]);
      packed.data.forEach(({ embedding }, at) => {
        assert.equal(embedding.length, 64);
        embedding.forEach((value, i) => assert.ok(Math.abs(value - plain.data[at].embedding[i]) < 1e-6));
      });
      assert.notDeepEqual(packed.data[0].embedding, packed.data[1].embedding);
      assert.ok(packed.usage.total_tokens > 0);
    });

    test('of token ids are refused with a way out', async () => {
      await assert.rejects(client.embeddings.create({ model, input: [1, 2, 3] }), (error) => {
        assert.ok(error instanceof OpenAI.BadRequestError);
        assert.match(error.message, /check_embedding_ctx_length/);
        return true;
      });
    });
  });
});
