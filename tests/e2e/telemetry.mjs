// Traces and metrics against a fake collector: the caller's trace is continued, nothing of the content
// is sent, and a collector that is gone harms no request.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import otlp from '@opentelemetry/otlp-transformer/build/src/generated/root.js';
import { startGateway, startMock } from './gateway.mjs';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';
const CONTENT = 'a prompt that no collector may see';

async function startCollector() {
  const got = [];
  const server = createServer((request, response) => {
    const parts = [];
    request.on('data', (bytes) => parts.push(bytes));
    request.on('end', () => {
      assert.equal(request.headers['content-encoding'], 'gzip');
      const body = gunzipSync(Buffer.concat(parts)).toString();
      got.push({ path: request.url, key: request.headers['x-collector-key'], body });
      response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
    });
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return { got, url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

// OTLP's JSON writes ids in hexadecimal digits, where protobuf's has base64.
const IDS = ['traceId', 'spanId', 'parentSpanId'];
const withIds = (value, convert) => JSON.parse(JSON.stringify(value), (name, inner) => (IDS.includes(name) ? convert(inner) : inner));

// The report as OpenTelemetry's own protobuf types read and write it: a member that they do not have is
// gone then, and a value of another type has changed.
function asOpenTelemetryHasIt({ path, body }) {
  const { trace, metrics } = otlp.opentelemetry.proto.collector;
  const type = path === '/v1/traces' ? trace.v1.ExportTraceServiceRequest : metrics.v1.ExportMetricsServiceRequest;
  const message = type.fromObject(withIds(JSON.parse(body), (id) => Buffer.from(id, 'hex').toString('base64')));
  assert.equal(type.verify(message), null);
  assert.deepEqual(type.decode(type.encode(message).finish()).toJSON(), message.toJSON());
  const written = type.toObject(message, { longs: String, bytes: String });
  return withIds(written, (id) => Buffer.from(id, 'base64').toString('hex'));
}

const chat = (gateway, headers = {}, model = 'gpt-4o') =>
  fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: CONTENT }] }),
  });

const attributesOf = (span) =>
  Object.fromEntries(span.attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

describe('telemetry', { timeout: 60_000 }, () => {
  test("continues the caller's trace and sends no content", async () => {
    const collector = await startCollector();
    const gateway = await startGateway({
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_EXPORTER_OTLP_HEADERS: 'x-collector-key=abc',
        OTEL_SERVICE_NAME: 'my-agm',
      },
    });
    await (await chat(gateway, { traceparent: `00-${TRACE}-${SPAN}-01` })).text();
    await (await chat(gateway, { traceparent: `00-${TRACE}-${SPAN}-00` })).text();
    const { requests } = await (await fetch(`${gateway.url}/agm/requests`)).json();
    assert.equal(requests[0].trace_id, TRACE);
    const refused = await chat(gateway, { traceparent: `00-${TRACE}-${SPAN}-00` }, 'no-such-model');
    assert.equal((await refused.json()).error.trace_id, TRACE);
    const { stderr } = await gateway.stop(); // sends what waits
    assert.match(stderr, /telemetry goes to/);
    const traces = collector.got.find(({ path }) => path === '/v1/traces');
    assert.equal(traces.key, 'abc');
    const [resource] = JSON.parse(traces.body).resourceSpans;
    assert.equal(resource.resource.attributes[0].value.stringValue, 'my-agm');
    const { spans } = resource.scopeSpans[0];
    const [server, client] = spans.filter((span) => attributesOf(span)['http.route'] === 'chat_completions' || span.kind === 3);
    assert.equal(spans.filter((span) => span.traceId === TRACE).length, 2, 'the unsampled one is not sent');
    assert.equal(server.parentSpanId, SPAN);
    assert.equal(client.parentSpanId, server.spanId);
    assert.match(client.traceId, /^[0-9a-f]{32}$/);
    assert.ok(BigInt(client.endTimeUnixNano) >= BigInt(client.startTimeUnixNano));
    assert.equal(attributesOf(client)['gen_ai.operation.name'], 'chat');
    assert.ok(Number(attributesOf(client)['gen_ai.usage.output_tokens']) > 0);
    const metrics = collector.got.find(({ path }) => path === '/v1/metrics');
    assert.match(metrics.body, /gen_ai\.client\.inference\.duration/);
    for (const { body } of collector.got) assert.ok(!body.includes('a prompt'));
    collector.close();
  });

  test("has the form of OpenTelemetry's own types", async () => {
    const collector = await startCollector();
    const mock = await startMock({ steps: [{ match: { key: 'key-0' }, do: { error: 'quota-minute' } }] });
    const gateway = await startGateway({
      upstream: mock.url,
      accounts: 2,
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test' },
    });
    const post = async (path, body) => {
      const headers = { 'Content-Type': 'application/json', tracestate: 'vendor=1', traceparent: `00-${TRACE}-${SPAN}-01`, 'x-session-id': 'session-1' };
      return (await fetch(`${gateway.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).text();
    };
    const messages = [{ role: 'user', content: CONTENT }];
    for (const stream of [false, true]) await post('/v1/chat/completions', { model: 'gpt-4o', messages, stream, reasoning_effort: 'high' });
    const { id } = JSON.parse(await post('/v1/responses', { model: 'gpt-4o', input: 'hello' }));
    await post('/v1/responses', { model: 'gpt-4o', input: 'and now?', previous_response_id: id });
    await post('/v1/embeddings', { model: 'text-embedding-3-small', input: 'hello' });
    await post('/v1/chat/completions', { model: 'no-such-model', messages });
    await gateway.stop();
    await mock.stop();
    collector.close();
    const paths = new Set(collector.got.map(({ path }) => path));
    assert.deepEqual(paths, new Set(['/v1/traces', '/v1/metrics']));
    for (const report of collector.got) assert.deepEqual(asOpenTelemetryHasIt(report), JSON.parse(report.body));
    const all = collector.got.map(({ body }) => body).join();
    for (const name of ['gen_ai.conversation.id', 'gen_ai.request.previous_response.id', 'gen_ai.request.reasoning.level',
      'gen_ai.client.inference.time_per_output_chunk', 'gen_ai.response.time_to_first_chunk']) {
      assert.ok(all.includes(`"${name}"`), name);
    }
  });

  test('a collector that never answers holds up no request and fills no memory', async () => {
    const held = [];
    const server = createServer((request) => { held.push(request); request.resume(); });
    await new Promise((done) => server.listen(0, '127.0.0.1', done));
    const gateway = await startGateway({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${server.address().port}` } });
    const metric = async (name) => {
      const text = await (await fetch(`${gateway.url}/metrics`)).text();
      return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)[1]);
    };
    const times = [];
    const send = async (count) => {
      const one = async () => {
        for (let n = 0; n < count / 8; n += 1) {
          const began = performance.now();
          await (await chat(gateway)).text();
          times.push(performance.now() - began);
        }
      };
      await Promise.all(Array.from({ length: 8 }, one));
    };
    await send(3200); // more than wait in the buffer, 2,048, and in the batch on its way, 512
    const before = await metric('process_resident_memory_bytes');
    const dropped = await metric('agm_telemetry_dropped_total');
    assert.ok(held.length > 0, 'the collector was asked');
    assert.ok(dropped > 0, `${dropped} are dropped`);
    await send(3200);
    const grown = (await metric('process_resident_memory_bytes')) - before;
    const again = await metric('agm_telemetry_dropped_total');
    times.sort((a, b) => a - b);
    const slowest = times.at(-1);
    console.log(`  6,400 requests, the slowest ${slowest.toFixed(0)} ms; ${again} dropped; memory grew by ${(grown / 1e6).toFixed(1)} MB in the second half`);
    assert.ok(slowest < 2000, `a request took ${slowest} ms`);
    assert.ok(again > dropped);
    assert.ok(grown < 10e6, `${grown} bytes more`);
    const began = Date.now();
    await gateway.stop();
    assert.ok(Date.now() - began < 10_000, 'the end does not wait for the collector');
    server.closeAllConnections();
    server.close();
  });

  test('a collector that is gone harms no request', async () => {
    const gateway = await startGateway({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' } });
    for (let n = 0; n < 20; n += 1) assert.equal((await chat(gateway)).status, 200);
    await gateway.stop();
  });

  test('is off by default', async () => {
    const gateway = await startGateway();
    await (await chat(gateway)).text();
    const { requests } = await (await fetch(`${gateway.url}/agm/requests`)).json();
    assert.equal(requests[0].trace_id, null);
    await gateway.stop();
  });
});
