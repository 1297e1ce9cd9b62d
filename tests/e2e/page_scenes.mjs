// A gateway as a team has it after a day: accounts in every state, client keys with limits, requests that
// failed, moved to another account, or were left by their client. The views are looked at with its data.
import { startGateway, startMock } from './gateway.mjs';

export const OWNER = 'sk-owner-of-the-mock';

const account = (name, url, more = '') => `[[accounts]]
name = "${name}"
api_key = "${name}-of-the-mock"
base_url = "${url}"
${more}
`;

const config = (url, local) => [
  account('work', url, 'email = "ines@example.com"\nproject = "storefront-prod"\nbilling = "paid"'),
  account('team-eu', url, 'email = "platform-team@example.com"\nproject = "platform-eu"'),
  account('home', url, 'project = "hobby"\nbilling = "free"'),
  account('ci', url, 'project = "ci-runners"'),
  account('research-department-of-the-university', url, 'project = "research-department-2026-long-term"'),
  account('old-laptop', url, 'enabled = false'),
  account('local', `${local}/v1`, 'kind = "openai"\npriority = 9\nbilling = "free"'),
].join('\n');

const SCRIPT = {
  steps: [
    { match: { key: 'home', model: 'gemini-2.5-pro' }, do: { error: 'quota-day' } },
    { match: { key: 'team-eu', model: 'gemini-2.5-pro' }, do: { error: 'quota-minute', retry: '38s' } },
    { match: { key: 'ci' }, do: { error: 'key-invalid' } },
    { match: { key: 'research', text: 'overload' }, times: 1, do: { error: 'overloaded' } },
    { match: { text: 'refuse this' }, do: { block: 'SAFETY' } },
    { match: { text: 'write at length' }, do: { words: 900, pace_ms: 2 } },
    { match: { text: 'slowly' }, do: { words: 60, pace_ms: 40 } },
  ],
};

const KEYS = [
  { name: 'laptop', scopes: ['inference'], models: ['gemini-*', 'gpt-*'], requests_per_minute: 60, tokens_per_minute: 2000000, parallel: 8, budget: { day: 5, month: 60 } },
  { name: 'ci-pipeline', scopes: ['inference', 'metrics'], budget: { day: 0.0001 }, tokens: { day: 5000000 } },
  { name: 'grafana', scopes: ['metrics', 'read'], expires: '30d' },
  { name: 'intern-of-summer-2026', scopes: ['inference'], requests_per_minute: 10 },
];

const PROGRAMS = ['codex/0.169.0', 'claude-cli/2.1.332', 'OpenAI/Python', 'gemini-cli/0.61.0'];

async function makeKeys(url) {
  const secrets = {};
  for (const body of KEYS) {
    const made = await fetch(`${url}/agm/keys`, { method: 'POST', body: JSON.stringify(body),
      headers: { Authorization: `Bearer ${OWNER}`, 'Content-Type': 'application/json', 'X-Agm': '1' } });
    secrets[body.name] = (await made.json()).key;
  }
  await fetch(`${url}/agm/keys/intern-of-summer-2026`, { method: 'PATCH', body: '{"enabled":false}',
    headers: { Authorization: `Bearer ${OWNER}`, 'Content-Type': 'application/json', 'X-Agm': '1' } });
  return secrets;
}

// Sends a request, and reads its answer; `leave` leaves it after the first bytes.
async function ask(url, key, model, content, { program = 0, stream = false, path = '/v1/chat/completions', leave = false } = {}) {
  const left = new AbortController();
  const response = await fetch(`${url}${path}`, {
    method: 'POST', signal: left.signal,
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${key}`, 'User-Agent': PROGRAMS[program] },
    body: JSON.stringify({ model, stream, max_tokens: 4000, messages: [{ role: 'user', content }] }),
  });
  if (leave) {
    await response.body.getReader().read();
    left.abort();
  } else {
    await response.text();
  }
  return response.headers.get('x-request-id');
}

async function aDayOfRequests(gateway, secrets) {
  const { laptop } = secrets;
  const long = 'The quick brown fox jumps over the lazy dog. '.repeat(1500);
  const send = (...args) => ask(gateway.url, ...args);
  for (let n = 0; n < 12; n += 1) await send(laptop, 'gpt-4o', `${long} ${n}`, { program: n % 4 });
  await send(laptop, 'gemini-2.5-flash', 'write at length', { program: 1, stream: true, path: '/v1/messages' });
  await send(laptop, 'gemini-2.5-flash', 'refuse this', { program: 2 });
  await send(laptop, 'gemini-2.5-flash-of-my-own-that-nobody-has-heard-of', 'hello', { program: 3 });
  await send(laptop, 'llama3.3', 'hello', { program: 0 });
  await send(laptop, 'gemini-2.5-flash', 'slowly, please', { program: 0, stream: true });
  await send(laptop, 'gemini-2.5-flash', 'write at length', { program: 0, stream: true, leave: true });
  await send(secrets['ci-pipeline'], 'gpt-4o', long, { program: 2 });
  await send(secrets['ci-pipeline'], 'gpt-4o', long, { program: 2 });
  await send('sk-wrong', 'gpt-4o', 'hello', { program: 2 });
  for (let n = 0; n < 6; n += 1) await send(laptop, 'gemini-2.5-pro', `turn ${n}`, { program: 1, stream: true });
  for (let n = 0; n < 4; n += 1) await send(laptop, 'gemini-2.5-flash', `overload ${n}`, { program: 0 });
}

// { url, requests, stop }: `requests` names one request of each kind by its id.
export async function startBusyGateway() {
  const mock = await startMock(SCRIPT);
  const local = await startMock({ steps: [] }, ['--speak', 'openai']);
  const gateway = await startGateway({ upstream: mock.url, config: config(mock.url, local.url),
    args: ['--auth-mode', 'strict'], env: { AGM_API_KEY: OWNER } });
  const secrets = await makeKeys(gateway.url);
  const head = { headers: { Authorization: `Bearer ${secrets.laptop}` } };
  for (let n = 0; n < 50 && (await fetch(`${gateway.url}/v1/models`, head)).status !== 200; n += 1) {
    await new Promise((done) => { setTimeout(done, 100); });
  }
  await aDayOfRequests(gateway, secrets);
  await gateway.run(['logs', 'record', 'on', '--for', '5m']);
  await new Promise((done) => { setTimeout(done, 1200); });
  const recorded = await ask(gateway.url, secrets.laptop, 'gpt-4o', 'What is the capital of Norway?', { program: 0 });
  await new Promise((done) => { setTimeout(done, 500); });
  const all = await (await fetch(`${gateway.url}/agm/requests?limit=100`, { headers: { Authorization: `Bearer ${OWNER}` } })).json();
  const find = (fits) => all.requests.find(fits)?.id;
  const requests = { recorded, moved: find((row) => row.tries > 1 && row.status === 200),
    limited: find((row) => row.status === 429), left: find((row) => row.ended_by === 'client') };
  const stop = async () => {
    await gateway.stop();
    await mock.stop();
    await local.stop();
  };
  return { url: gateway.url, requests, stop };
}
