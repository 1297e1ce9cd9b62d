// Google's official SDK against agm and its embedded mock: both API versions and Vertex mode.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { GoogleGenAI, Type } from '@google/genai';
import { startGateway } from './gateway.mjs';

const MODEL = 'gemini-2.5-flash';
const KEYS = { AGM_API_KEY: 'sk-canary-in-every-test-5tW8qz' };
const tools = [
  {
    functionDeclarations: [
      {
        name: 'weather',
        description: 'Tells the weather of a place',
        parameters: { type: Type.OBJECT, properties: { place: { type: Type.STRING } }, required: ['place'] },
      },
    ],
  },
];

const modes = [
  { name: 'the default version', options: {}, files: true },
  { name: 'v1beta', options: { apiVersion: 'v1beta' }, files: true },
  { name: 'Vertex mode', options: { vertexai: true }, files: false },
];

for (const { name, options, files } of modes) {
  describe(`@google/genai, ${name}`, { timeout: 120_000 }, () => {
    let gateway;
    let ai;
    before(async () => {
      gateway = await startGateway({ args: ['--auth-mode', 'strict'], env: KEYS });
      ai = new GoogleGenAI({ ...options, apiKey: KEYS.AGM_API_KEY, httpOptions: { baseUrl: gateway.url } });
    });
    after(async () => {
      const { code } = await gateway.stop();
      assert.equal(code, 0, 'agm ends with 0 after SIGTERM');
    });

    test('generates', async () => {
      const answer = await ai.models.generateContent({
        model: MODEL,
        contents: 'Say hello to the tests.',
        config: { temperature: 0.5 },
      });
      assert.match(answer.text, /hello/i);
      assert.ok(answer.usageMetadata.totalTokenCount > 0);
    });

    test('streams the same text', async () => {
      let text = '';
      for await (const chunk of await ai.models.generateContentStream({
        model: MODEL,
        contents: 'Say hello to the tests.',
      })) {
        text += chunk.text ?? '';
      }
      assert.match(text, /hello/i);
    });

    test('calls a tool in a chat and reads its result', async () => {
      const chat = ai.chats.create({ model: MODEL, config: { tools } });
      const asked = await chat.sendMessage({ message: 'call weather {"place":"Bonn"}' });
      const [call] = asked.functionCalls;
      assert.deepEqual(call.args, { place: 'Bonn' });
      const answer = await chat.sendMessage({
        message: [{ functionResponse: { id: call.id, name: call.name, response: { result: 'rain' } } }],
      });
      assert.ok(answer.text.length > 0);
    });

    test('counts tokens', async () => {
      const { totalTokens } = await ai.models.countTokens({ model: MODEL, contents: 'hello there' });
      assert.ok(totalTokens > 0);
    });

    test('tells the status of an error', async () => {
      const wrong = ai.models.generateContent({ model: 'no-such-model-at-all', contents: 'x' });
      await assert.rejects(wrong, (error) => {
        assert.equal(error.status, 404);
        assert.match(error.message, /models\/no-such-model-at-all is not found/);
        return true;
      });
      const other = new GoogleGenAI({ ...options, apiKey: 'bad', httpOptions: { baseUrl: gateway.url } });
      await assert.rejects(other.models.generateContent({ model: MODEL, contents: 'x' }), { status: 401 });
    });

    if (!files) return;

    test('embeds several texts', async () => {
      const { embeddings } = await ai.models.embedContent({
        model: 'gemini-embedding-001',
        contents: ['a', 'b'],
        config: { outputDimensionality: 16 },
      });
      assert.equal(embeddings.length, 2);
      assert.equal(embeddings[0].values.length, 16);
    });

    test('lists models to their end', async () => {
      const names = [];
      for await (const model of await ai.models.list({ config: { pageSize: 5 } })) {
        names.push(model.name);
        assert.ok(names.length < 1000, 'the list does not end');
      }
      assert.ok(names.includes(`models/${MODEL}`));
    });

    test('uploads, uses, lists and deletes a file', async () => {
      const blob = new Blob(['x'.repeat(9_000_000)], { type: 'text/plain' }); // more than one part
      const file = await ai.files.upload({ file: blob, config: { displayName: 'notes' } });
      assert.match(file.name, /^files\//);
      assert.equal(file.sizeBytes, '9000000');
      const got = await ai.files.get({ name: file.name });
      assert.equal(got.displayName, 'notes');
      const answer = await ai.models.generateContent({
        model: MODEL,
        contents: [{ role: 'user', parts: [{ text: 'Read it.' }, { fileData: { fileUri: file.uri, mimeType: 'text/plain' } }] }],
      });
      assert.ok(answer.text.length > 0);
      const names = [];
      for await (const each of await ai.files.list()) names.push(each.name);
      assert.deepEqual(names, [file.name]);
      await ai.files.delete({ name: file.name });
      await assert.rejects(ai.files.get({ name: file.name }), { status: 404 });
    });

    test('creates, lists and deletes a cache', async () => {
      const cache = await ai.caches.create({
        model: MODEL,
        config: { contents: [{ role: 'user', parts: [{ text: 'Long text. '.repeat(500) }] }], ttl: '60s' },
      });
      assert.match(cache.name, /^cachedContents\//);
      assert.equal((await ai.caches.get({ name: cache.name })).name, cache.name);
      const names = [];
      for await (const each of await ai.caches.list()) names.push(each.name);
      assert.deepEqual(names, [cache.name]);
      await ai.caches.delete({ name: cache.name });
      await assert.rejects(ai.caches.get({ name: cache.name }), { status: 404 });
    });
  });
}
