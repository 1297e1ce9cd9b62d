// The request log with filters that stand in the address, and one request with its history.
import { get } from "./api.js";
import { copyable, el, foreign, put, table } from "./dom.js";
import { dateTime, dollars, milliseconds, whole } from "./format.js";
import { modelOf, requestRow, requestTable, statusOf } from "./rows.js";
import { reasonWords, sentence } from "./words.js";

const kFilters = [
  { name: "status", label: "Status", hint: "error, 429" },
  { name: "model", label: "Model", hint: "any name" },
  { name: "account", label: "Account", hint: "name" },
  { name: "caller", label: "Key", hint: "name" },
  { name: "client", label: "Client", hint: "codex" },
  { name: "since", label: "Since", hint: "2h, 7d" },
  { name: "min_ms", label: "Slower than ms", hint: "10000" }];
const kPage = 100;

function filterForm(query, go) {
  const inputs = kFilters.map((filter) => el("input", { name: filter.name, value: query[filter.name] ?? "",
    placeholder: filter.hint, "data-filter": filter.name === "model", autocomplete: "off", spellcheck: "false" }));
  const form = el("form", { class: "form filters" },
    kFilters.map((filter, index) => el("label", {}, filter.label, inputs[index])),
    el("button", { class: "main" }, "Filter"),
    el("button", { type: "button", onclick: () => go({}) }, "Clear"),
    el("button", { type: "button", onclick: () => go({ status: "error" }) }, "Failed only"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    go(Object.fromEntries(inputs.filter((input) => input.value.trim() !== "").map((input) => [input.name, input.value.trim()])));
  });
  return form;
}

export function open(main, { query, go }) {
  const list = el("div", { class: "pages" });
  const note = el("p", { class: "empty", role: "status" }, "Loading …");
  const more = el("button", { type: "button", hidden: true, onclick: () => load() }, "Older requests");
  const active = Object.keys(query).length;
  let next;
  async function load() {
    try {
      const page = await get("requests", { ...query, limit: kPage, before: next });
      if (page.requests.length > 0) {
        const part = requestTable("Requests");
        part.body.append(...page.requests.map(requestRow));
        list.append(part.node);
      }
      next = page.next;
      more.hidden = next === null;
      note.textContent = list.childElementCount > 0 ? "" : active > 0 ? "No request fits these filters." : "No request yet. Each one is listed here, and kept for 7 days by default.";
      note.hidden = note.textContent === "";
      list.hidden = list.childElementCount === 0;
    } catch (error) {
      note.textContent = error.message;
    }
  }
  main.replaceChildren(el("h1", { class: "hidden" }, "Requests"),
    el("details", { open: active > 0 || innerWidth > 700 }, el("summary", {}, active > 0 ? `Filters (${active} active)` : "Filters"), filterForm(query, (to) => go("requests", to))),
    note, list, more);
  list.hidden = true;
  load();
  return { close() {}, update() {} };
}

// The bar that shows where the time went.
function timeline(request) {
  const total = Math.max(request.total_ms, 0.001);
  const waited = Math.min(request.waited_ms, total);
  const first = request.first_byte_ms === null ? total : Math.max(request.first_byte_ms, waited);
  const parts = [["waiting for an account", waited, "wait"], ["until the first byte", first - waited, "first"], ["sending the answer", total - first, "stream"]]
    .filter(([, length]) => length > 0);
  const bar = el("div", { class: "timeline", role: "img",
    "aria-label": parts.map(([name, length]) => `${name} ${milliseconds(length)}`).join(", ") });
  for (const [name, length, kind] of parts) {
    const part = el("span", { class: kind, title: `${name}: ${milliseconds(length)}` });
    part.style.flexGrow = String(Math.max(length / total, 0.004));
    bar.append(part);
  }
  return el("div", {}, bar, el("ul", { class: "legend" }, parts.map(([name, length, kind]) => el("li", {}, el("span", { class: `swatch ${kind}` }), `${name} ${milliseconds(length)}`))));
}

function facts(pairs) {
  return el("dl", { class: "facts many" }, pairs.filter(([, value]) => value !== null && value !== undefined)
    .map(([term, value]) => el("div", {}, el("dt", {}, term), el("dd", {}, value instanceof Node ? value : foreign(String(value))))));
}

const outcomeWords = (outcome) => (outcome === "ok" ? "✓ answered" : `✕ ${reasonWords(outcome)}`);

function attempts(request) {
  if (request.attempts.length === 0) {
    const text = request.tries > 0 ? ["Account ", foreign(request.account), " answered at the first try."] : "No upstream was asked.";
    return el("p", {}, text);
  }
  const columns = ["Try", "Account", "Model", "Outcome", { name: "Waited", number: true }, { name: "Took", number: true }, "In the upstream's words"];
  const cell = (name, text, kind) => el("td", { class: kind, "data-name": name }, text);
  const sheet = table("Tries", columns, request.attempts.map((each, index) => el("tr", { class: each.outcome === "ok" ? null : "failed" },
    cell("Try", String(index + 1)), cell("Account", foreign(each.account), "account"), cell("Model", foreign(each.target)),
    cell("Outcome", outcomeWords(each.outcome), each.outcome === "ok" ? "ok" : "bad"),
    cell("Waited", milliseconds(each.waited_ms), "number"), cell("Took", milliseconds(each.took_ms), "number"),
    cell("In the upstream's words", foreign(each.why ?? ""), "model"))));
  sheet.classList.add("tries");
  return sheet;
}

function tokenTable(request) {
  if (request.input_tokens === null) return el("p", { class: "quiet" }, request.tries > 0 ? "The upstream reported no tokens." : "None, because no upstream was asked.");
  const fresh = request.input_tokens - request.cached_tokens;
  const lines = [["Input, not cached", fresh], ["Input, cached", request.cached_tokens],
    ["Output, answer", request.output_tokens - request.reasoning_tokens], ["Output, thoughts", request.reasoning_tokens]];
  return table("Tokens and price", ["Part", { name: "Tokens", number: true }], [
    ...lines.map(([name, count]) => el("tr", {}, el("td", {}, name), el("td", { class: "number" }, whole(count)))),
    el("tr", { class: "sum" }, el("td", {}, "At list price"), el("td", { class: "number" }, dollars(request.cost_usd))),
    el("tr", {}, el("td", {}, "Billed"), el("td", { class: "number" }, dollars(request.cost_billed_usd)))]);
}

const kParts = { request: "What the client sent", sent: "What the gateway sent to the upstream",
  received: "What the upstream answered", response: "What the client got" };

// Bodies that were recorded; null for visitors who may not see them.
function bodies(request) {
  if (request.bodies === null || request.bodies.length === 0) return [];
  return [el("section", { class: "card" }, el("h2", {}, "Bodies"), el("p", { class: "quiet" }, "Recorded because ", el("code", {}, "agm logs record"), " was on."),
    ...request.bodies.map((each) => el("details", {},
      el("summary", {}, `${kParts[each.part] ?? each.part}${each.call > 0 ? `, call ${each.call}` : ""} (${whole(each.size)} bytes${each.cut ? ", cut" : ""})`),
      el("pre", { tabindex: 0 }, each.head), el("pre", { tabindex: 0 }, each.body))))];
}

const kPhases = { read: "the request was read", auth: "the key was checked", convert: "the request was converted",
  waiting: "it waited for an account", upstream: "it waited for the upstream", answer: "the answer was read", stream: "the answer was sent" };

function endWords(request) {
  if (request.phase === "done") return "complete";
  return `by the ${request.ended_by}, while ${kPhases[request.phase] ?? request.phase}`;
}

function failure(request) {
  return el("div", { class: `notice ${statusOf(request).kind === "left" ? "cooling" : "quarantined"}` },
    el("p", {}, foreign(request.why ? sentence(request.why) : `Status ${request.status}.`)),
    request.error ? el("p", { class: "quiet" }, "Error code ", el("code", {}, foreign(request.error))) : null);
}

export function openOne(main, { id }) {
  const body = el("div", {}, el("p", { class: "quiet" }, "Loading …"));
  main.replaceChildren(el("p", {}, el("a", { href: "#/requests", "data-back": true }, "← All requests")), body);
  get(`requests/${encodeURIComponent(id)}`).then((request) => {
    const { kind, text } = statusOf(request);
    const section = (title, ...content) => el("section", { class: "card" }, el("h2", {}, title), content);
    put(body,
      el("h1", { class: "bar" }, el("span", { class: `status ${kind}` }, text), el("span", {}, modelOf(request))),
      el("p", { class: "quiet" }, `${dateTime(request.time)}, ${milliseconds(request.total_ms)} in all`),
      el("p", { class: "copies" }, copyable(request.id, "Copy id"), copyable(`agm logs show ${request.id}`, "Copy command")),
      request.error === null && request.status < 400 ? null : failure(request),
      section("Time", timeline(request), el("h2", {}, "Tries"), attempts(request)),
      el("div", { class: "halves" },
        section("Facts", facts([["Call", `${request.method} ${request.path}`], ["Asked for", request.model], ["Served by", request.target],
          ["Mapped by", request.rule], ["Account", request.account], ["Key", request.caller === "local" ? null : request.caller], ["Client", request.client],
          ["Stream", request.stream ? "yes" : "no"], ["Ended", endWords(request)], ["Trace", request.trace_id]])),
        section("Tokens and price", tokenTable(request))),
      request.dropped.length > 0 ? section("Not passed on to the upstream", el("ul", {}, request.dropped.map((name) => el("li", {}, el("code", {}, foreign(name)))))) : null,
      ...bodies(request));
  }).catch((error) => body.replaceChildren(el("p", { class: "empty" }, error.message)));
  return { close() {}, update() {} };
}
