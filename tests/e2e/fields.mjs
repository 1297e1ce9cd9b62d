// What our answers have beyond OpenAI's published types, as core/protocol/FIELDS.md lists it:
// `Type: a.b[].c` is a member that the type does not know, `Type: a.b = word` one with a value that
// it does not know: null, a word, or the type of an object.
import { readFile } from 'node:fs/promises';
import { ANYTHING } from './type_check.mjs';

const FIELDS = new URL('../../core/protocol/FIELDS.md', import.meta.url);
const HEADING = '## Beyond the published types';

export async function readExtensions() {
  const text = await readFile(FIELDS, 'utf8');
  const section = text.slice(text.indexOf(HEADING)).split('\n## ')[0];
  const rows = [...section.matchAll(/^\| `(\w+): ([^`]+)` \|/gm)];
  const rules = rows.map(([, type, path]) => {
    const [where, word] = path.split(' = ');
    return { type, path, words: where.split('.'), word, seen: false };
  });
  return {
    // The answer's value without them; values that the types do not know are ANYTHING.
    strip({ type, value }) {
      const copy = structuredClone(value);
      for (const rule of rules.filter((one) => one.type === type)) {
        rule.seen = take(copy, rule.words, rule.word) || rule.seen;
      }
      return copy;
    },
    unseen: () => rules.filter(({ seen }) => !seen).map(({ type, path }) => `${type}: ${path}`),
  };
}

// The names of the fields that a section tells of, such as "POST /v1/embeddings".
export async function readFields(route) {
  const text = await readFile(FIELDS, 'utf8');
  const begin = text.indexOf(`## ${route}\n`);
  const section = begin < 0 ? '' : text.slice(begin).split('\n## ')[0];
  return new Set([...section.matchAll(/^\| `(\w+)(?:\[\])?` \|/gm)].map(([, name]) => name));
}

// Takes the member away, or its value where it is the word; true if it was there.
function take(value, [head, ...rest], word) {
  if (value === null || typeof value !== 'object') return false;
  const key = head.replace(/\[\]$/, '');
  const inner = value[key];
  if (inner === undefined) return false;
  if (head !== key && rest.length > 0) return inner.map((item) => take(item, rest, word)).some(Boolean);
  if (rest.length > 0) return take(inner, rest, word);
  if (word === undefined) delete value[key];
  else if (head !== key) return replace(inner, word);
  else if (is(inner, word)) value[key] = ANYTHING;
  else return false;
  return true;
}

// True for the word itself, and for an object of that type.
const is = (value, word) => String(value) === word || value?.type === word;

function replace(list, word) {
  const found = list.some((item) => is(item, word));
  list.forEach((item, index) => {
    if (is(item, word)) list[index] = ANYTHING;
  });
  return found;
}
