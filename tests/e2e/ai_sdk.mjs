// Vercel's AI SDK against agm: its three ways to speak to an OpenAI API.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { Output, generateText, isStepCount, streamText, tool } from 'ai';
import { z } from 'zod';
import { startGateway } from './gateway.mjs';

const MODEL = 'gemini-3-flash';
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const STEPS = 'call weather {"city":"Bonn"}\ncall time\nthen call weather {"city":"Ulm"}';

const gateways = [];
before(async () => gateways.push(await startGateway()));
after(() => gateways[0].stop());

const ways = {
  'openai, chat': (url) => createOpenAI({ baseURL: url, apiKey: 'unused' }).chat(MODEL),
  'openai, responses': (url) => createOpenAI({ baseURL: url, apiKey: 'unused' }).responses(MODEL),
  'openai-compatible': (url) =>
    createOpenAICompatible({
      name: 'agm',
      baseURL: url,
      apiKey: 'unused',
      includeUsage: true,
      supportsStructuredOutputs: true,
    })(MODEL),
};

for (const [name, modelAt] of Object.entries(ways)) {
  describe(`the AI SDK, ${name}`, { timeout: 120_000 }, () => {
    let model;
    let seen;
    before(() => (model = modelAt(`${gateways[0].url}/v1`)));
    const tools = {
      weather: tool({
        description: 'The weather',
        inputSchema: z.object({ city: z.string(), days: z.number().optional() }),
        execute: async ({ city }) => (seen.push(city), { city, sky: 'rainy' }),
      }),
      time: tool({
        description: 'The time',
        inputSchema: z.object({}),
        execute: async () => (seen.push('time'), 'noon'),
      }),
    };
    const common = () => ({ model, maxRetries: 0 });

    test('generateText', async () => {
      const { text, finishReason, usage } = await generateText({
        ...common(),
        system: 'Be brief.',
        prompt: 'Grüße 世界 🌍',
      });
      assert.match(text, /Grüße 世界 🌍/);
      assert.equal(finishReason, 'stop');
      assert.ok(usage.totalTokens > 0);
    });

    test('streamText', async () => {
      const errors = [];
      const result = streamText({
        ...common(),
        prompt: 'Grüße 世界 🌍',
        onError: ({ error }) => errors.push(error),
      });
      let text = '';
      for await (const delta of result.textStream) text += delta;
      assert.deepEqual(errors, []);
      assert.match(text, /Grüße 世界 🌍/);
      assert.equal(await result.finishReason, 'stop');
      assert.ok((await result.usage).totalTokens > 0);
    });

    test('generateText with tools in several steps', async () => {
      seen = [];
      const result = await generateText({
        ...common(),
        tools,
        stopWhen: isStepCount(5),
        prompt: STEPS,
      });
      assert.deepEqual(seen.sort(), ['Bonn', 'Ulm', 'time']);
      assert.equal(result.steps.length, 3);
      assert.match(result.text, /rainy/);
    });

    test('streamText with tools in several steps', async () => {
      seen = [];
      const errors = [];
      const result = streamText({
        ...common(),
        tools,
        stopWhen: isStepCount(5),
        prompt: STEPS,
        onError: ({ error }) => errors.push(error),
      });
      let text = '';
      for await (const delta of result.textStream) text += delta;
      assert.deepEqual(errors, []);
      assert.deepEqual(seen.sort(), ['Bonn', 'Ulm', 'time']);
      assert.match(text, /rainy/);
    });

    test('structured output, whole and streamed', async () => {
      const schema = z.object({
        name: z.string(),
        age: z.number(),
        tags: z.array(z.string()),
        mood: z.enum(['good', 'bad']).nullable(),
      });
      const ask = { ...common(), output: Output.object({ schema }), prompt: 'somebody' };
      assert.ok(schema.parse((await generateText(ask)).output));
      assert.ok(schema.parse(await streamText(ask).output));
    });

    test('an image beside text', async () => {
      const data = Buffer.from(PIXEL, 'base64');
      const { text } = await generateText({
        ...common(),
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'What is this?' },
              { type: 'file', data, mediaType: 'image/png' },
            ],
          },
        ],
      });
      assert.match(text, /What is this/);
    });

    test('an unknown model is an error with its status', async () => {
      const unknown = modelAt(`${gateways[0].url}/v1`);
      unknown.modelId = 'no-such-model';
      await assert.rejects(generateText({ model: unknown, maxRetries: 0, prompt: 'x' }), (error) => {
        assert.equal(error.statusCode, 404);
        assert.match(error.message, /model/);
        return true;
      });
    });
  });
}
