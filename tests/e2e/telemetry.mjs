// Traces and metrics against a fake collector: the caller's trace is continued, nothing of the content
// is sent, and a collector that is gone harms no request.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { startGateway } from './gateway.mjs';

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
