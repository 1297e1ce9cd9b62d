// Two gateways from npm that speak OpenAI's API as upstreams of agm, with the embedded mock behind
// them. Neither lists its models. Portkey 1.15.2 answers no stream of such an upstream on today's Node.js
// (it changes headers that fetch has made immutable), so streams pass through @musistudio/llms only.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request as send, createServer } from 'node:http';
import { createServer as listen } from 'node:net';
import { after, before, describe, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { startGateway, startMock } from './gateway.mjs';

const tool = { name: 'weather', description: 'Tells the weather', parameters: { type: 'object', properties: { place: { type: 'string' } } } };

async function freePort() {
  const server = listen().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function answers(port) {
  for (let i = 0; i < 300; ++i) {
    const up = await fetch(`http://127.0.0.1:${port}/`).then(() => true, () => false);
    if (up) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(`nothing listens on port ${port}`);
}

// Runs a program of Node.js that serves `port`; its stop ends it.
async function serve(args, port) {
  const env = { PATH: process.env.PATH, NODE_ENV: 'production' };
  const child = spawn(process.execPath, args, { env, cwd: import.meta.dirname, stdio: 'ignore' });
  await answers(port);
  return async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
}

// Adds the headers that tell Portkey where to send a request.
async function withHeaders(port, headers) {
  const server = createServer((from, to) => {
    const options = { port, host: '127.0.0.1', path: from.url, method: from.method, headers: { ...from.headers, ...headers } };
    const onward = send(options, (answer) => {
      to.writeHead(answer.statusCode, answer.headers);
      answer.pipe(to);
    });
    onward.on('error', () => to.destroy());
    from.pipe(onward);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function startPortkey(mock) {
  const port = await freePort();
  const end = await serve(['node_modules/@portkey-ai/gateway/build/start-server.js', `--port=${port}`, '--headless'], port);
  const server = await withHeaders(port, { 'x-portkey-provider': 'openai', 'x-portkey-custom-host': `${mock}/v1` });
  const stop = async () => {
    server.closeAllConnections();
    server.close();
    await end();
  };
  return { url: `http://127.0.0.1:${server.address().port}/v1`, model: 'llama3.3', stop };
}

async function startLlms(mock) {
  const port = await freePort();
  const provider = { name: 'mock', api_base_url: `${mock}/v1/chat/completions`, api_key: 'k', models: ['llama3.3'] };
  const initialConfig = { HOST: '127.0.0.1', PORT: `${port}`, LOG: false, providers: [provider] };
  const program = `const { default: Server = require('@musistudio/llms') } = require('@musistudio/llms');
    new Server({ initialConfig: ${JSON.stringify(initialConfig)}, logger: false }).start();`;
  const stop = await serve(['-e', program], port);
  return { url: `http://127.0.0.1:${port}/v1`, model: 'mock,llama3.3', stop };
}

const gateways = [
  ['Portkey', startPortkey, false],
  ['@musistudio/llms', startLlms, true],
];
for (const [name, startUpstream, streams] of gateways) {
  describe(`agm behind which ${name} is`, { timeout: 120_000 }, () => {
    let mock;
    let upstream;
    let gateway;
    let openai;
    let model;
    before(async () => {
      mock = await startMock({ steps: [] }, ['--speak', 'openai']);
      upstream = await startUpstream(mock.url);
      model = upstream.model;
      gateway = await startGateway({ upstream: upstream.url, kind: 'openai', args: ['--auth-mode', 'off'] });
      openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'unused', maxRetries: 0 });
    });
    after(async () => {
      await gateway.stop();
      await upstream.stop();
      await mock.stop();
    });

    test('answers whole', async () => {
      const messages = [{ role: 'user', content: 'Say hello.' }];
      const whole = await openai.chat.completions.create({ model, messages });
      assert.match(whole.choices[0].message.content, /Say hello/);
      assert.ok(whole.usage.completion_tokens > 0);
    });

    test('streams', { skip: !streams }, async () => {
      const messages = [{ role: 'user', content: 'Say hello.' }];
      let text = '';
      for await (const chunk of await openai.chat.completions.create({ model, messages, stream: true })) {
        text += chunk.choices[0]?.delta.content ?? '';
      }
      assert.match(text, /Say hello/);
      const anthropic = new Anthropic({ baseURL: gateway.url, apiKey: 'unused', maxRetries: 0 });
      const stream = anthropic.messages.stream({ model, max_tokens: 500, messages });
      assert.equal((await stream.finalMessage()).content.at(-1).text, text);
    });

    test('calls a tool and reads its result', async () => {
      const messages = [{ role: 'user', content: 'call weather {"place":"Oslo"}' }];
      const tools = [{ type: 'function', function: tool }];
      const { choices } = await openai.chat.completions.create({ model, messages, tools });
      const [call] = choices[0].message.tool_calls;
      assert.equal(choices[0].finish_reason, 'tool_calls');
      assert.deepEqual(JSON.parse(call.function.arguments), { place: 'Oslo' });
      messages.push(choices[0].message, { role: 'tool', tool_call_id: call.id, content: 'rain' });
      const last = await openai.chat.completions.create({ model, messages, tools });
      assert.equal(last.choices[0].finish_reason, 'stop');
      assert.ok(last.choices[0].message.content);
    });

    test('serves the Messages and the Responses API', async () => {
      const anthropic = new Anthropic({ baseURL: gateway.url, apiKey: 'unused', maxRetries: 0 });
      const messages = [{ role: 'user', content: 'Say hello.' }];
      const message = await anthropic.messages.create({ model, max_tokens: 500, messages });
      assert.match(message.content.at(-1).text, /Say hello/);
      const { output_text: text, status } = await openai.responses.create({ model, input: 'Say hello.' });
      assert.equal(status, 'completed');
      assert.match(text, /Say hello/);
    });
  });
}
