// What a recorded answer of the Gemini API must look like to a client, and what a client saw, in one
// shape: {text, calls, images, signatures, finish, citations, usage, error}. See recordings.mjs.

const FILTERED = ['SAFETY', 'RECITATION', 'BLOCKLIST', 'PROHIBITED_CONTENT', 'SPII', 'LANGUAGE', 'IMAGE_SAFETY'];
const FAILED = ['MALFORMED_FUNCTION_CALL', 'UNEXPECTED_TOOL_CALL', 'TOO_MANY_TOOL_CALLS'];

const sorted = (value) => {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
};

const codeText = ({ executableCode: code, codeExecutionResult: result }) => {
  if (code) return `\n\`\`\`${(code.language ?? '').toLowerCase()}\n${code.code}\n\`\`\`\n`;
  const good = !result.outcome || result.outcome === 'OUTCOME_OK';
  return `\n\`\`\`${good ? 'output' : result.outcome.toLowerCase()}\n${result.output ?? ''}\n\`\`\`\n`;
};

// The pieces of a streamed call's arguments, put together.
function assemble(calls) {
  const whole = [];
  let open;
  for (const { call, signature } of calls) {
    open ??= { name: call.name, args: structuredClone(call.args ?? {}), signature };
    for (const { jsonPath, ...value } of call.partialArgs ?? []) {
      const steps = jsonPath.match(/[^.$[\]']+/g) ?? [];
      let at = open.args;
      steps.slice(0, -1).forEach((step, i) => (at = at[step] ??= /^\d+$/.test(steps[i + 1]) ? [] : {}));
      const last = steps.at(-1);
      if (value.stringValue !== undefined) at[last] = (at[last] ?? '') + value.stringValue;
      else if ('nullValue' in value) at[last] = null;
      else if (Object.keys(value).some((key) => /Value$/.test(key))) at[last] = value.numberValue ?? value.boolValue;
    }
    if (call.willContinue) continue;
    whole.push(open);
    open = undefined;
  }
  if (open) whole.push(open);
  return whole;
}

function usageOf(counts) {
  if (!counts) return undefined;
  const thoughts = counts.thoughtsTokenCount ?? 0;
  const output = counts.candidatesTokenCount ?? 0;
  const sent = (counts.promptTokenCount ?? 0) + (counts.toolUsePromptTokenCount ?? 0);
  const among = thoughts > 0 && output >= thoughts && sent + output === counts.totalTokenCount;
  return { input: sent, output: output + (among ? 0 : thoughts), thoughts };
}

function citationsOf(candidate) {
  const grounding = candidate.groundingMetadata;
  const found = [];
  for (const { segment, groundingChunkIndices } of grounding?.groundingSupports ?? []) {
    for (const index of groundingChunkIndices ?? []) {
      const chunk = grounding.groundingChunks?.[index];
      const url = (chunk?.web ?? chunk?.retrievedContext)?.uri;
      if (url) found.push([url, segment?.text ?? '']);
    }
  }
  return found;
}

export function expectationOf(recording, merged) {
  const nothing = { fails: true, citations: [] };
  if (recording.status >= 400) return nothing;
  const whole = recording.response ? merged([recording.response].flat()) : merged(recording.events);
  if (whole.error) return nothing;
  const blocked = whole.promptFeedback?.blockReason;
  const candidate = whole.candidates?.[0];
  if (!candidate && !blocked) return nothing;
  const parts = candidate?.content?.parts ?? [];
  const shown = parts.filter((part) => !part.thought);
  const calls = assemble(
    shown.filter((part) => part.functionCall).map((part) => ({ call: part.functionCall, signature: part.thoughtSignature })),
  );
  const text = shown.map((part) => part.text ?? (part.executableCode || part.codeExecutionResult ? codeText(part) : '')).join('');
  const images = shown.filter((part) => part.inlineData?.data).map((part) => part.inlineData.data);
  const reason = candidate?.finishReason;
  const empty = !text && calls.length === 0 && images.length === 0;
  const known = ['STOP', 'MAX_TOKENS', ...FILTERED].includes(reason);
  if (!blocked && (FAILED.includes(reason) || !reason || (empty && !known))) return nothing;
  const filtered = blocked || FILTERED.includes(reason);
  const finish = filtered ? 'content_filter' : reason === 'MAX_TOKENS' ? 'length' : calls.length > 0 ? 'tool_calls' : 'stop';
  return {
    // An error that stands between the events breaks off the stream alone.
    breaks: Boolean(recording.bytes?.includes('"error"')),
    text: blocked && empty ? undefined : text,
    calls: calls.map(({ name, args }) => [name, sorted(args)]),
    images,
    signatures: shown.map((part) => part.thoughtSignature).filter(Boolean),
    finish,
    status: finish === 'stop' || finish === 'tool_calls' ? 'completed' : 'incomplete',
    citations: citationsOf(candidate ?? {}),
    usage: usageOf(whole.usageMetadata),
  };
}

const events = (text) =>
  text
    .split(/\n\n/)
    .map((event) => event.split('\n').filter((line) => line.startsWith('data: ')).map((line) => line.slice(6)).join('\n'))
    .filter((data) => data && data !== '[DONE]')
    .map((data) => JSON.parse(data));

const dataOf = (url) => url.slice(url.indexOf(',') + 1);
const cite = (text, { url_citation: nested, ...flat }) => {
  const { url, start_index: from, end_index: to } = nested ?? flat;
  return [url, [...text].slice(from, to).join('')];
};

function foldChat(chunks) {
  const message = { content: '', tool_calls: [], images: [], annotations: [] };
  const whole = { choices: [{ message }] };
  for (const chunk of chunks) {
    if (chunk.error) return { error: chunk.error };
    if (chunk.usage) whole.usage = chunk.usage;
    const choice = chunk.choices.find(({ index }) => index === 0);
    if (!choice) continue;
    const { delta } = choice;
    message.content += delta.content ?? '';
    message.refusal = (message.refusal ?? '') + (delta.refusal ?? '');
    message.images.push(...(delta.images ?? []));
    message.annotations.push(...(delta.annotations ?? []));
    if (delta.extra_content) message.extra_content = delta.extra_content;
    for (const call of delta.tool_calls ?? []) {
      const known = (message.tool_calls[call.index] ??= { function: { name: '', arguments: '' } });
      known.function.name += call.function?.name ?? '';
      known.function.arguments += call.function?.arguments ?? '';
      if (call.extra_content) known.extra_content = call.extra_content;
    }
    if (choice.finish_reason) whole.choices[0].finish_reason = choice.finish_reason;
  }
  return whole;
}

export function readChat(text, stream) {
  const body = stream && !text.startsWith('{') ? foldChat(events(text)) : JSON.parse(text);
  if (body.error) return { error: body.error };
  const { message, finish_reason: finish } = body.choices[0];
  const content = message.content ?? '';
  const signature = (of) => of.extra_content?.google?.thought_signature;
  const calls = message.tool_calls ?? [];
  return {
    text: message.refusal && !content ? undefined : content,
    calls: calls.map((call) => [call.function.name, sorted(JSON.parse(call.function.arguments))]),
    images: (message.images ?? []).map((image) => dataOf(image.image_url.url)),
    signatures: [message, ...calls].map(signature).filter(Boolean),
    finish,
    citations: (message.annotations ?? []).map((one) => cite(content, one)),
    usage: body.usage && {
      input: body.usage.prompt_tokens,
      output: body.usage.completion_tokens,
      thoughts: body.usage.completion_tokens_details.reasoning_tokens,
    },
  };
}

export function readResponses(text, stream) {
  let body;
  if (stream && !text.startsWith('{')) {
    const all = events(text);
    const error = all.find(({ type }) => type === 'error' || type === 'response.failed');
    if (error) return { error };
    body = all.at(-1).response;
  } else {
    body = JSON.parse(text);
  }
  if (body.error) return { error: body.error };
  const output = body.output;
  const content = output.filter(({ type }) => type === 'message').flatMap((item) => item.content);
  const said = content.filter(({ type }) => type === 'output_text');
  const whole = said.map((part) => part.text).join('');
  const refused = content.some(({ type }) => type === 'refusal') && !whole;
  return {
    text: refused ? undefined : whole,
    calls: output.filter(({ type }) => type === 'function_call').map((call) => [call.name, sorted(JSON.parse(call.arguments))]),
    images: output.filter(({ type }) => type === 'image_generation_call').map((call) => call.result),
    // Sealed signatures begin with a seal and a dot.
    signatures: output.filter((item) => item.encrypted_content).map((item) => item.encrypted_content.replace(/^[^.]*\./, '')),
    finish: body.status,
    citations: said.flatMap((part) => part.annotations.map((one) => cite(part.text, one))),
    usage: body.usage && {
      input: body.usage.input_tokens,
      output: body.usage.output_tokens,
      thoughts: body.usage.output_tokens_details.reasoning_tokens,
    },
  };
}
