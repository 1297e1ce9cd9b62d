// Checks values against the types of the npm packages `openai` and `@anthropic-ai/sdk`, with the
// TypeScript compiler.
//
//   problemsOf([{ label: 'a chat', type: 'ChatCompletion', value: {...} }])   // -> ['a chat: ...']
//   membersOf('OpenAI.Model')                                        // -> ['id', 'created', ...]
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

// Stands for a value that fits every type.
export const ANYTHING = 'a value that fits every type';

const IMPORTS = ["import type OpenAI from 'openai';", "import type Anthropic from '@anthropic-ai/sdk';"];

const FILE = fileURLToPath(new URL('answers.generated.ts', import.meta.url));

// The names that answers go by here.
const TYPES = {
  ChatCompletion: 'OpenAI.Chat.ChatCompletion',
  ChatCompletionChunk: 'OpenAI.Chat.ChatCompletionChunk',
  Completion: 'OpenAI.Completion',
  Response: 'OpenAI.Responses.Response',
  ResponseStreamEvent: 'OpenAI.Responses.ResponseStreamEvent',
  ResponseItemList: 'OpenAI.Responses.ResponseItemList',
  Model: 'OpenAI.Model',
  ModelList: "{ object: 'list'; data: OpenAI.Model[] }",
  Embeddings: 'OpenAI.CreateEmbeddingResponse',
  Images: 'OpenAI.ImagesResponse',
  ImageGenStreamEvent: 'OpenAI.ImageGenStreamEvent',
  ImageEditStreamEvent: 'OpenAI.ImageEditStreamEvent',
  Transcription: 'OpenAI.Audio.Transcription',
  TranscriptionVerbose: 'OpenAI.Audio.TranscriptionVerbose',
  TranscriptionStreamEvent: 'OpenAI.Audio.TranscriptionStreamEvent',
  ErrorBody: '{ error: OpenAI.ErrorObject }',
  Message: 'Anthropic.Message',
  MessageStreamEvent: 'Anthropic.RawMessageStreamEvent',
  MessageTokensCount: 'Anthropic.MessageTokensCount',
  AnthropicModel: 'Anthropic.ModelInfo',
  AnthropicError: 'Anthropic.ErrorResponse',
  never: 'never',
};

// Members that the SDK's own code puts into what it was sent.
function completed(value) {
  if (Array.isArray(value)) return value.map(completed);
  if (value === null || typeof value !== 'object') return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, completed(inner)]));
  if (copy.object === 'response') copy.output_text ??= '';
  return copy;
}

// The text as a program that may import what is installed here.
function programOf(text) {
  const options = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: [],
    noErrorTruncation: true,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (name, ...rest) =>
    name === FILE ? ts.createSourceFile(name, text, options.target) : getSourceFile.call(host, name, ...rest);
  host.fileExists = (name) => name === FILE || fileExists.call(host, name);
  host.readFile = (name) => (name === FILE ? text : readFile.call(host, name));
  return ts.createProgram([FILE], options, host);
}

// The names of all members of a type; of a union, of each of its members.
export function membersOf(type) {
  const program = programOf([...IMPORTS, `export declare const it: ${type};`].join('\n'));
  const checker = program.getTypeChecker();
  const declared = program.getSourceFile(FILE).statements.at(-1);
  const whole = checker.getTypeAtLocation(declared.declarationList.declarations[0]);
  const types = whole.isUnion() ? whole.types : [whole];
  return [...new Set(types.flatMap((one) => one.getProperties().map(({ name }) => name)))];
}

// One line a problem, with the label of its answer.
export function problemsOf(answers) {
  const lines = [...IMPORTS];
  for (const [name, type] of Object.entries(TYPES)) lines.push(`type T_${name} = ${type};`);
  const first = lines.length;
  answers.forEach(({ type, value }, at) => {
    const text = JSON.stringify(completed(value)).replaceAll(JSON.stringify(ANYTHING), 'null as never');
    lines.push(`export const a${at}: T_${type} = ${text};`);
  });
  const text = lines.join('\n');
  const program = programOf(text);
  return ts.getPreEmitDiagnostics(program).map((problem) => {
    const message = ts.flattenDiagnosticMessageText(problem.messageText, ' | ');
    if (problem.file?.fileName !== FILE) return `${problem.file?.fileName}: ${message}`;
    const { line } = problem.file.getLineAndCharacterOfPosition(problem.start);
    const at = text.slice(problem.start, problem.start + 80);
    return `${answers[line - first]?.label ?? 'the types'}: ${message} | at ${at}`;
  });
}
