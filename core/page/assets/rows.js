// A row of the request list, as the overview and the requests show it.
import { el, foreign, table } from "./dom.js";
import { clock, dollars, milliseconds, short, when } from "./format.js";

const kColumns = ["Time", "Status", "Model", "Account", "Client",
  { name: "First", number: true }, { name: "Total", number: true },
  { name: "Tokens in → out", number: true }, { name: "List price", number: true }];

const failed = (request) => request.status >= 400 || request.error !== null;

function model(request) {
  if (request.model === null) return [foreign(request.route)];
  if (request.target === null || request.target === request.model) return [foreign(request.model)];
  return [foreign(request.model), " → ", foreign(request.target)];
}

function tokens(request) {
  if (request.input_tokens === null) return "–";
  const cached = request.cached_tokens > 0 ? ` (${short(request.cached_tokens)} cached)` : "";
  return `${short(request.input_tokens)}${cached} → ${short(request.output_tokens)}`;
}

export function requestRow(request) {
  const bad = failed(request);
  const link = el("a", { href: `#/requests/${encodeURIComponent(request.id)}` }, when(request.time));
  const why = bad && request.why ? el("div", { class: "why" }, foreign(request.why)) : null;
  const tries = request.tries > 1 ? el("span", { class: "quiet" }, ` ${request.tries} tries`) : null;
  return el("tr", { class: bad ? "failed" : null, "data-id": request.id, "data-at": clock(request.time) },
    el("td", {}, link),
    el("td", {}, el("span", { class: `status ${bad ? "bad" : "ok"}` }, `${bad ? "✕" : "✓"} ${request.status}`)),
    el("td", { class: "model" }, el("div", {}, model(request)), why),
    el("td", {}, foreign(request.account), tries),
    el("td", {}, foreign(request.client), request.caller && request.caller !== "local"
      ? el("div", { class: "quiet" }, foreign(request.caller)) : null),
    el("td", { class: "number" }, milliseconds(request.first_byte_ms)),
    el("td", { class: "number" }, milliseconds(request.total_ms)),
    el("td", { class: "number" }, tokens(request)),
    el("td", { class: "number" }, request.cost_usd === null && bad ? "–" : dollars(request.cost_usd)));
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
