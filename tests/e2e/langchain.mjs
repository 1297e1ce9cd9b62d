// LangChain's ChatOpenAI against agm, over chat completions and over responses.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { HumanMessage, ToolMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { ChatOpenAI } from '@langchain/openai';
import { z } from 'zod';
import { startGateway } from './gateway.mjs';

const MODEL = 'gemini-3-flash';
const weather = tool(async ({ city }) => `rain in ${city}`, {
  name: 'get_weather',
  description: 'The weather',
  schema: z.object({ city: z.string() }),
});
const Person = z.object({ name: z.string(), age: z.number() });

let gateway;
before(async () => (gateway = await startGateway()));
after(() => gateway.stop());

for (const useResponsesApi of [false, true]) {
  describe(`LangChain, ${useResponsesApi ? 'responses' : 'chat'}`, { timeout: 120_000 }, () => {
    let model;
    before(() => {
      model = new ChatOpenAI({
        model: MODEL,
        apiKey: 'unused',
        maxRetries: 0,
        useResponsesApi,
        configuration: { baseURL: `${gateway.url}/v1` },
      });
    });

    test('invoke', async () => {
      const answer = await model.invoke([['system', 'Be brief.'], ['human', 'Grüße 世界 🌍']]);
      assert.match(answer.text, /Grüße 世界 🌍/);
      assert.ok(answer.usage_metadata.total_tokens > 0);
    });

    test('stream', async () => {
      let text = '';
      let chunks = 0;
      for await (const chunk of await model.stream('Grüße 世界 🌍')) {
        text += chunk.text;
        ++chunks;
      }
      assert.match(text, /Grüße 世界 🌍/);
      assert.ok(chunks >= 4, `${chunks} chunks`);
    });

    for (const streamed of [false, true]) {
      test(`tools, in two steps${streamed ? ', streamed' : ''}`, async () => {
        const bound = model.bindTools([weather]);
        const say = async (messages) => {
          if (!streamed) return bound.invoke(messages);
          let whole;
          for await (const chunk of await bound.stream(messages)) whole = whole?.concat(chunk) ?? chunk;
          return whole;
        };
        const messages = [
          new HumanMessage('call get_weather {"city":"Bonn"}\nthen call get_weather {"city":"Ulm"}'),
        ];
        for (const city of ['Bonn', 'Ulm']) {
          const answer = await say(messages);
          assert.deepEqual(answer.tool_calls.map(({ name, args }) => [name, args]), [
            ['get_weather', { city }],
          ]);
          const [call] = answer.tool_calls;
          const content = await weather.invoke(call.args);
          messages.push(answer, new ToolMessage({ tool_call_id: call.id, content }));
        }
        assert.match((await say(messages)).text, /rain in Ulm/);
      });
    }

    for (const method of ['jsonSchema', 'functionCalling']) {
      test(`withStructuredOutput by ${method}`, async () => {
        const structured = model.withStructuredOutput(Person, { name: 'person', method });
        assert.ok(Person.parse(await structured.invoke('somebody')));
      });
    }
  });
}
