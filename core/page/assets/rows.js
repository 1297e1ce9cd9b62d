// A row of the request list, as the overview and the requests show it.
import { el, foreign, table } from "./dom.js";
import { clock, dollars, milliseconds, percent, short, when } from "./format.js";
import { sentence } from "./words.js";

const number = (name, title) => ({ name, title, number: true });
const kColumns = ["Time", "Status", "Model", "Account", "Client", "Key", number("First byte"), number("Total"),
  number("Input", "Tokens of the prompt"), number("Cached", "The part of the input that the upstream had cached"),
  number("Output", "Tokens of the answer, with thoughts"), number("List price")];

const failed = (request) => request.status >= 400 || request.error !== null;
const left = (request) => request.ended_by === "client" && request.status < 400;

// { kind, text }: "✓ 200", "✕ 429", "○ 200" of an answer that its client left.
export function statusOf(request) {
  if (left(request)) return { kind: "left", text: `○ ${request.status}` };
  return failed(request) ? { kind: "bad", text: `✕ ${request.status}` } : { kind: "ok", text: `✓ ${request.status}` };
}

export function modelOf(request) {
  if (request.model === null) return [foreign(request.path ?? request.route)];
  if (request.target === null || request.target === request.model) return [foreign(request.model)];
  return [foreign(request.model), " → ", foreign(request.target)];
}

// A text in one line, cut where the column ends; the pointer shows the rest.
function brief(name, text, more = null) {
  return el("td", { class: `brief ${name}`, title: text ?? null }, el("span", {}, foreign(text)), more);
}

function tokens(request) {
  const known = request.input_tokens !== null;
  const cells = known ? [short(request.input_tokens), request.cached_tokens > 0 ? percent(request.cached_tokens, request.input_tokens) : "–", short(request.output_tokens)]
    : ["–", "–", "–"];
  return cells.map((text) => el("td", { class: "number" }, text));
}

function price(request) {
  const none = request.cost_usd === null && (failed(request) || request.input_tokens === null);
  return el("td", { class: `number price${none ? " none" : ""}` }, none ? "–" : dollars(request.cost_usd));
}

export function requestRow(request) {
  const bad = failed(request);
  const { kind, text } = statusOf(request);
  const link = el("a", { href: `#/requests/${encodeURIComponent(request.id)}` }, when(request.time));
  const why = bad && request.why ? el("div", { class: `why ${kind}`, title: request.why }, foreign(sentence(request.why))) : null;
  const unasked = why !== null && request.account === null;
  const tries = request.tries > 1 ? el("span", { class: "quiet" }, `${request.tries} tries`) : null;
  return el("tr", { class: bad ? "failed" : null, "data-id": request.id, "data-at": clock(request.time) },
    el("td", {}, link),
    el("td", {}, el("span", { class: `status ${kind}` }, text)),
    el("td", { class: "model", colspan: unasked ? 2 : null }, el("div", {}, modelOf(request)), why),
    unasked ? null : brief("account", request.account, tries), brief("client", request.client), brief("key", request.caller === "local" ? null : request.caller),
    el("td", { class: "number" }, milliseconds(request.first_byte_ms)),
    el("td", { class: "number total" }, milliseconds(request.total_ms)),
    ...tokens(request),
    price(request));
}

// { node, body }: the table, and the element that takes its rows.
export function requestTable(caption) {
  const node = table(caption, kColumns, []);
  node.classList.add("requests");
  return { node, body: node.querySelector("tbody") };
}

export function matches(request, words) {
  if (words === "") return true;
  const text = [request.model, request.target, request.account, request.client, request.caller,
    request.status, request.error, request.why, request.route, request.id].join(" ").toLowerCase();
  return words.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}
