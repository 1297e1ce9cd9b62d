// What agm answers, against the types that OpenAI publishes with its SDK: real answers of a gateway,
// to upstream answers of every kind (tests/golden/openai/answer_*), are put into typed constants and
// checked by the TypeScript compiler, which also finds members that the types do not know. Those
// that are meant to be there stand in core/protocol/FIELDS.md, and must occur.
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { startGateway, startMock } from './gateway.mjs';
import { readExtensions, readFields } from './fields.mjs';
import { membersOf, problemsOf } from './type_check.mjs';

const MODEL = 'gemini-3-flash-preview';
const REQUESTS = {
  'POST /v1/chat/completions': 'OpenAI.Chat.ChatCompletionCreateParams',
  'POST /v1/responses': 'OpenAI.Responses.ResponseCreateParams',
  'POST /v1/embeddings': 'OpenAI.EmbeddingCreateParams',
  'POST /v1/completions': 'OpenAI.CompletionCreateParams',
  'POST /v1/images/generations': 'OpenAI.ImageGenerateParams',
  'POST /v1/images/edits': 'OpenAI.ImageEditParams',
  'POST /v1/audio/transcriptions': 'OpenAI.Audio.TranscriptionCreateParams',
};
const GOLDEN = new URL('../golden/openai/', import.meta.url);

// A golden answer as what the mock is to send, streamed and whole.
async function stepsOf(name) {
  const text = `golden:${name};`;
  const folder = new URL(`${name}/`, GOLDEN);
  const stream = await readFile(new URL('answer.sse', folder), 'utf8').catch(() => undefined);
  if (stream === undefined) {
    return [{ match: { text }, do: { body: await readFile(new URL('answer.json', folder), 'utf8') } }];
  }
  const events = stream.split(/\r?\n/).filter((line) => line.startsWith('data: '));
  const array = `[${events.map((line) => line.slice('data: '.length)).join(',')}]`;
  const method = 'streamGenerateContent';
  return [
    { match: { text, method }, do: { body: stream, content_type: 'text/event-stream' } },
    { match: { text }, do: { body: events.length > 0 ? array : stream } },
  ];
}

const chatOf = async (name) => {
  const given = await readFile(new URL(`${name}/request.json`, GOLDEN), 'utf8').catch(() => '{}');
  const { stream, stream_options: unused, messages = [], ...rest } = JSON.parse(given);
  const hello = messages.length > 0 ? messages : [{ role: 'user', content: 'hello' }];
  return {
    model: MODEL,
    ...rest,
    messages: [{ role: 'system', content: `golden:${name};` }, ...hello],
  };
};

const flat = ({ type, function: fn, custom }) => ({ type, ...fn, ...custom });
const responsesOf = ({ messages, tools, n, logprobs, reasoning_effort: effort, ...rest }) => {
  const body = { model: rest.model, input: messages, top_logprobs: rest.top_logprobs };
  if (tools) body.tools = tools.map(flat);
  body.reasoning = { effort, summary: 'auto' };
  if (rest.parallel_tool_calls === false) body.parallel_tool_calls = false;
  return { ...body, include: ['reasoning.encrypted_content', 'message.output_text.logprobs'] };
};

describe("answers are of OpenAI's types", { timeout: 240_000 }, () => {
  let mock;
  let gateway;
  const answers = []; // {label, type, value}
  const statuses = {};

  const ask = async (path, body, method = body ? 'POST' : 'GET') => {
    const form = body instanceof FormData;
    const response = await fetch(`${gateway.url}/v1/${path}`, {
      method,
      headers: form ? {} : { 'content-type': 'application/json' },
      body: form ? body : body && JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    statuses[response.status] = (statuses[response.status] ?? 0) + 1;
    return { status: response.status, text, value: text.startsWith('{') ? JSON.parse(text) : undefined };
  };
  // Asks, and keeps what came under the type that it should have; an error under that of errors.
  const keep = async (label, type, path, body, method) => {
    const { status, text, value } = await ask(path, body, method);
    assert.ok(value, `${label}: ${text.slice(0, 200)}`);
    answers.push({ label, type: status === 200 ? type : 'ErrorBody', value });
    return value;
  };
  const keepStream = async (label, type, path, body) => {
    if (body instanceof FormData) body.set('stream', 'true');
    const wanted = body instanceof FormData ? body : { ...body, stream: true };
    const { status, text, value } = await ask(path, wanted);
    if (status !== 200) return answers.push({ label, type: 'ErrorBody', value });
    const data = text.split('\n').filter((line) => line.startsWith('data: ') && line !== 'data: [DONE]');
    const events = data.map((line) => JSON.parse(line.slice('data: '.length)));
    for (const value of events) answers.push({ label, type: value.error ? 'ErrorBody' : type, value });
    return events;
  };

  before(async () => {
    const names = (await readdir(GOLDEN)).filter((name) => name.startsWith('answer_'));
    const steps = (await Promise.all(names.map(stepsOf))).flat();
    steps.push({ match: { text: 'no quota;' }, do: { error: 'quota-day' } });
    // An answer that goes on over another hop ends there.
    steps.unshift({ match: { text: '"continuationToken"' }, do: { text: 'the rest' } });
    mock = await startMock({ steps });
    // Many accounts: those that gave a broken answer are in cooldown.
    gateway = await startGateway({ upstream: mock.url, accounts: 60, args: ['--auth-mode', 'off'] });
    for (const name of names) {
      const chat = await chatOf(name);
      await keep(`chat ${name}`, 'ChatCompletion', 'chat/completions', chat);
      await keepStream(`chat ${name}, streamed`, 'ChatCompletionChunk', 'chat/completions', {
        ...chat,
        stream_options: { include_usage: true },
      });
      if (name === 'answer_several_choices') continue;
      const responses = responsesOf(chat);
      await keep(`responses ${name}`, 'Response', 'responses', responses);
      await keepStream(`responses ${name}, streamed`, 'ResponseStreamEvent', 'responses', responses);
    }
    await askTheRest(keep, keepStream);
    await exhaust();
  });
  // A gateway whose only account is out of quota says so with more than the others.
  const exhaust = async () => {
    const many = gateway;
    gateway = await startGateway({ upstream: mock.url });
    const messages = [{ role: 'user', content: 'no quota;' }];
    await keep('exhausted', 'never', 'chat/completions', { model: MODEL, messages });
    await gateway.stop();
    gateway = many;
  };
  after(async () => {
    await gateway?.stop();
    await mock?.stop();
  });

  test('each, with its documented extensions and no others', async () => {
    const extensions = await readExtensions();
    const checked = answers.map((answer) => ({ ...answer, value: extensions.strip(answer) }));
    const problems = problemsOf(checked);
    assert.deepEqual(problems, [], `${problems.length} of ${answers.length} answers\n${problems.join('\n')}`);
    assert.deepEqual(extensions.unseen(), [], 'documented extensions that no answer has');
    const types = new Set(answers.map(({ type }) => type));
    for (const type of EXPECTED) assert.ok(types.has(type), `no answer of type ${type}`);
    console.log(`${answers.length} answers`, JSON.stringify(statuses));
  });

  test('of every kind of event that the gateway sends', () => {
    const seen = new Set(answers.filter(({ type }) => type === 'ResponseStreamEvent').map(({ value }) => value.type));
    for (const type of EVENTS) assert.ok(seen.has(type), `no ${type}`);
  });

  test('and what is not of them is found', () => {
    const completion = answers.find(({ label }) => label === 'chat answer_text');
    const spoilt = (spoil) => {
      const value = structuredClone(completion.value);
      spoil(value);
      return problemsOf([{ ...completion, value }]);
    };
    assert.match(spoilt((v) => (v.choices[0].finish_reason = 'done'))[0], /finish_reason|"done"/);
    assert.match(spoilt((v) => delete v.created)[0], /created/);
    assert.match(spoilt((v) => (v.choices[0].message.sources = []))[0], /sources/);
    assert.match(spoilt((v) => (v.usage.total_tokens = null))[0], /null/);
    const event = answers.find(({ value }) => value.type === 'response.output_text.delta');
    const { output_index: unused, ...without } = event.value;
    assert.match(problemsOf([{ ...event, value: without }])[0], /output_index/);
  });
});

describe('core/protocol/FIELDS.md', { timeout: 120_000 }, () => {
  for (const [route, type] of Object.entries(REQUESTS)) {
    test(`tells of every field that OpenAI has for ${route}`, async () => {
      const known = await readFields(route);
      const missing = membersOf(type).filter((name) => !known.has(name));
      assert.deepEqual(missing, []);
    });
  }
});

// Legacy completions, pictures and transcripts.
async function askBesideChat(keep, keepStream) {
  const prompts = { model: 'gemini-2.5-flash', prompt: ['one', 'two'], n: 2, echo: true };
  await keep('completions', 'Completion', 'completions', prompts);
  const usage = { stream_options: { include_usage: true } };
  await keepStream('completions, streamed', 'Completion', 'completions', { ...prompts, ...usage });

  const picture = { model: 'gpt-image-1', prompt: 'a cat', n: 2, size: '1024x1024', quality: 'low' };
  await keep('pictures', 'Images', 'images/generations', picture);
  await keep('pictures as URLs', 'Images', 'images/generations', { ...picture, response_format: 'url' });
  await keepStream('pictures, streamed', 'ImageGenStreamEvent', 'images/generations', picture);

  const formOf = (fields, file, bytes, name) => {
    const form = new FormData();
    for (const [key, value] of Object.entries(fields)) form.append(key, value);
    form.append(file, new Blob([bytes]), name);
    return form;
  };
  const edit = () => formOf({ model: 'gpt-image-1', prompt: 'greener' }, 'image[]', PNG, 'a.png');
  await keep('an edit', 'Images', 'images/edits', edit());
  await keepStream('an edit, streamed', 'ImageEditStreamEvent', 'images/edits', edit());

  const speech = (fields = {}) => formOf({ model: 'whisper-1', ...fields }, 'file', WAV, 'a.wav');
  const route = 'audio/transcriptions';
  await keep('a transcript', 'Transcription', route, speech());
  const times = { response_format: 'verbose_json', 'timestamp_granularities[]': 'word' };
  await keep('its words', 'TranscriptionVerbose', route, speech(times));
  await keep('its segments', 'TranscriptionVerbose', route, speech({ response_format: 'verbose_json' }));
  await keepStream('a transcript, streamed', 'TranscriptionStreamEvent', route, speech());
  await keep('a transcript of nothing', 'never', route, new FormData());
}

const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
const WAV = Buffer.concat([Buffer.from('RIFF....WAVEfmt '), Buffer.alloc(64)]);

// What no upstream answer decides.
async function askTheRest(keep, keepStream) {
  await keep('models', 'ModelList', 'models');
  await keep('a model', 'Model', `models/${MODEL}`);
  const messages = [{ role: 'user', content: 'call act' }];
  const tools = [
    { type: 'local_shell' },
    { type: 'shell' },
    { type: 'apply_patch' },
    { type: 'web_search' },
    { type: 'custom', name: 'note', description: 'Takes a note' },
    { type: 'function', name: 'plain' },
    { type: 'namespace', name: 'files', description: 'Files', tools: [{ type: 'function', name: 'list' }] },
  ];
  const calls = {
    local_shell: { command: ['ls'] },
    shell: { commands: ['ls'] },
    apply_patch: { type: 'delete_file', path: 'x' },
    note: { input: 'text' },
    plain: {},
    files__list: {},
  };
  const input = Object.entries(calls).map(([name, args]) => `call ${name} ${JSON.stringify(args)}`);
  await keep('tools of all kinds', 'Response', 'responses', { model: MODEL, input: input.join('\n'), tools });
  const all = { model: MODEL, input: input.join('\n'), tools };
  await keepStream('tools of all kinds, streamed', 'ResponseStreamEvent', 'responses', all);
  const echo = {
    model: MODEL,
    instructions: 'Be brief.',
    input: [{ role: 'user', content: [{ type: 'input_text', text: 'hello' }] }, { role: 'assistant', content: 'hi' }, { role: 'user', content: 'go on' }],
    metadata: { a: 'b' },
    temperature: 0.5,
    top_p: 0.9,
    max_output_tokens: 500,
    truncation: 'auto',
    reasoning: { effort: 'low', summary: 'auto' },
    text: { format: { type: 'json_schema', name: 'x', schema: { type: 'object' } }, verbosity: 'low' },
    tools: tools.slice(5, 6),
    tool_choice: { type: 'function', name: 'plain' },
    user: 'somebody',
    safety_identifier: 'x',
    prompt_cache_key: 'y',
    service_tier: 'flex',
  };
  const kept = await keep('echoes', 'Response', 'responses', echo);
  await keep('a kept response', 'Response', `responses/${kept.id}`);
  await keep('its input', 'ResponseItemList', `responses/${kept.id}/input_items?order=asc`);
  await keep('choices of tools', 'Response', 'responses', {
    model: MODEL,
    input: 'hello',
    tools,
    tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'plain' }] },
  });
  await keep('an old function', 'ChatCompletion', 'chat/completions', {
    model: MODEL,
    messages,
    functions: [{ name: 'act', parameters: { type: 'object', properties: {} } }],
  });
  await askBesideChat(keep, keepStream);
  await keep('embeddings', 'Embeddings', 'embeddings', { model: 'gemini-embedding-001', input: ['a', 'b'] });
  await keep('a bad request', 'never', 'chat/completions', { model: MODEL, messages: [] });
  await keep('an unknown model', 'never', 'models/no-such-model');
  await keep('an unknown route', 'never', 'no-such-route');
  await keep('a wrong method', 'never', 'chat/completions', undefined, 'GET');
  await keep('an unknown response', 'never', 'responses/resp_none');
}

const EXPECTED = ['ChatCompletion', 'ChatCompletionChunk', 'Response', 'ResponseStreamEvent', 'ResponseItemList', 'Embeddings', 'Completion', 'Images', 'ImageGenStreamEvent', 'ImageEditStreamEvent', 'Transcription', 'TranscriptionVerbose', 'TranscriptionStreamEvent', 'ModelList', 'Model', 'ErrorBody'];
const EVENTS = [
  'response.created',
  'response.in_progress',
  'response.output_item.added',
  'response.output_item.done',
  'response.content_part.added',
  'response.content_part.done',
  'response.output_text.delta',
  'response.output_text.done',
  'response.output_text.annotation.added',
  'response.refusal.delta',
  'response.refusal.done',
  'response.reasoning_summary_part.added',
  'response.reasoning_summary_part.done',
  'response.reasoning_summary_text.delta',
  'response.reasoning_summary_text.done',
  'response.function_call_arguments.delta',
  'response.function_call_arguments.done',
  'response.custom_tool_call_input.delta',
  'response.custom_tool_call_input.done',
  'response.image_generation_call.in_progress',
  'response.image_generation_call.generating',
  'response.image_generation_call.completed',
  'response.completed',
  'response.incomplete',
  'response.failed',
];
