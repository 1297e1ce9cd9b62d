// The first view: is it alive, what needs a person, today's figures, and the requests as they come.
import { get, kZone } from "./api.js";
import { addForm } from "./accounts.js";
import { bucketNames } from "./buckets.js";
import { barChart } from "./chart.js";
import { copyable, el, put } from "./dom.js";
import { dollars, milliseconds, percent, quantile, short, whole } from "./format.js";
import { follow } from "./live.js";
import { nodesOf } from "./nodes.js";
import { matches, requestRow, requestTable } from "./rows.js";
import { count } from "./words.js";

const kShown = 100;
const kHours = 24;
const kChartEvery = 3000;

function tile(name, value, ...notes) {
  return el("div", { class: "tile" }, el("h3", {}, name), el("p", { class: "value" }, value),
    notes.filter((note) => note !== null).map((note) => el("p", { class: "quiet" }, note)));
}

function tiles(today, rows) {
  const firsts = rows.filter((row) => row.status < 400 && row.first_byte_ms !== null)
    .map((row) => row.first_byte_ms);
  const unpriced = today.unpriced > 0 ? `${count(today.unpriced, "answer")} of unknown price` : null;
  return [
    tile("Requests today", whole(today.requests), `${whole(today.cancelled)} left by their client`),
    tile("Failed today", percent(today.errors, today.requests), `${whole(today.errors)} of ${count(today.requests, "request")}`),
    tile("First byte", milliseconds(quantile(firsts, 0.5)), firsts.length > 0 ? `95 % within ${milliseconds(quantile(firsts, 0.95))}` : "no answer yet", firsts.length > 0 ? `median of ${count(firsts.length, "answer")}` : null),
    tile("Tokens today", `${short(today.input_tokens)} → ${short(today.output_tokens)}`, `${percent(today.cached_tokens, today.input_tokens)} of the input cached`, `${percent(today.reasoning_tokens, today.output_tokens)} of the output thoughts`),
    tile("Cost today", dollars(today.cost_billed_usd), `billed; ${dollars(today.cost_list_usd)} at list price`, unpriced),
  ];
}

// The last 24 hours of the viewer's zone, also those without a request.
function hours(usage) {
  const known = new Map(usage.rows.map((row) => [row.bucket, row]));
  return bucketNames("1h", new Date(Date.now() - (kHours - 1) * 3600000), new Date()).map((name) => {
    const row = known.get(name);
    return { label: name.slice(11, 16), good: (row?.requests ?? 0) - (row?.errors ?? 0), bad: row?.errors ?? 0 };
  });
}

function steps(status, refresh) {
  const form = status.visitor.admin ? [addForm(refresh), el("p", { class: "quiet" }, "Or in a terminal: ", copyable("agm accounts add work"))]
    : [el("p", {}, "In a terminal: ", copyable("agm accounts add work"))];
  return [el("ol", { class: "steps" },
    el("li", {}, el("strong", {}, "Create a key. "), "There is a free tier: ",
      el("a", { href: "https://aistudio.google.com/apikey", rel: "noreferrer", target: "_blank" }, "aistudio.google.com/apikey ↗")),
    el("li", {}, el("strong", {}, "Add it here. "), "The key is tried first, and stays in this gateway's configuration file.", form),
    el("li", {}, el("strong", {}, "Point a client at the gateway. "), el("a", { href: "#/clients" }, "How to set up each client"))),
    el("p", { class: "quiet" }, "To look around without an account: ", copyable("agm serve --mock"))];
}

function firstVisit(status, refresh) {
  const mock = status.accounts.mock > 0;
  return [el("section", { class: "card welcome" },
    el("h2", {}, mock ? "The built-in mock answers" : "Add your first account"),
    el("p", {}, mock ? "Every request gets a made-up answer, and nothing leaves this machine. For real answers, stop the gateway, add an account and run agm serve:"
      : "The gateway is running, but it has no account with which to ask Google. It answers as soon as you add one; no restart is needed."),
    mock ? [el("p", {}, copyable("agm accounts add work"))] : steps(status, refresh))];
}

function tryLine() {
  const model = "gpt-4o";
  const body = JSON.stringify({ model, messages: [{ role: "user", content: "Say hello" }] });
  return el("div", { class: "empty" }, el("p", {}, "No request yet. Try one:"),
    copyable(`curl ${location.origin}/v1/chat/completions -H 'Content-Type: application/json' -d '${body}'`));
}

export function open(main, { refresh }) {
  const rows = [];
  let paused = false;
  let words = "";
  let held = 0;
  let chartTimer = null;
  const welcome = el("div");
  const figures = el("div", { class: "tiles" });
  const chart = el("div");
  const nodes = el("section");
  const list = requestTable("Latest requests");
  const empty = el("div");
  const now = el("section");
  let status = null;
  const state = el("span", { class: "quiet" });
  const pause = el("button", { type: "button", "aria-pressed": "false", onclick: () => {
    paused = !paused;
    held = 0;
    pause.setAttribute("aria-pressed", String(paused));
    pause.textContent = paused ? "Continue" : "Pause";
    if (!paused) draw();
  } }, "Pause");
  const filter = el("input", { type: "search", placeholder: "Filter", "aria-label": "Filter the requests", "data-filter": true,
    oninput: () => { words = filter.value.trim(); draw(); } });

  // The focus stays on its request, so that the keyboard can go on while the list is read again.
  function draw() {
    const focused = list.body.contains(document.activeElement) ? document.activeElement.closest("tr").dataset.id : null;
    list.body.replaceChildren(...rows.filter((row) => matches(row, words)).map(requestRow));
    if (focused !== null) list.body.querySelector(`tr[data-id="${CSS.escape(focused)}"] a`)?.focus();
    empty.replaceChildren(...(rows.length === 0 ? [tryLine()] : []));
    list.node.hidden = rows.length === 0;
  }

  function add(row) {
    rows.unshift(row);
    if (rows.length > kShown) rows.length = kShown;
    drawFigures();
    chartSoon();
    if (paused) {
      held += 1;
      pause.textContent = `Continue (${held} new)`;
      return;
    }
    if (!matches(row, words)) return;
    if (list.node.hidden) return draw();
    const node = requestRow(row);
    node.classList.add("new");
    list.body.prepend(node);
    if (list.body.rows.length > kShown) list.body.lastElementChild.remove();
  }

  // A gateway that never had an account shows what to do first, and nothing else.
  function drawFigures() {
    if (!status) return;
    const fresh = status.accounts.total === 0 && status.today.requests === 0 && rows.length === 0;
    for (const part of [figures, chart, now]) part.hidden = fresh;
    put(figures, tiles(status.today, rows));
  }

  async function loadChart() {
    const usage = await get("usage", { since: `${kHours}h`, bucket: "1h", tz: kZone });
    put(chart, usage.rows.length > 0 ? barChart("Requests by hour", hours(usage)) : null);
  }

  // New rows change the chart too; it is read once for all that come within a while.
  function chartSoon() {
    chartTimer ??= setTimeout(() => {
      chartTimer = null;
      loadChart().catch(() => {});
    }, kChartEvery);
  }

  async function load() {
    const [latest] = await Promise.all([get("requests", { limit: kShown }), loadChart()]);
    rows.splice(0, rows.length, ...latest.requests);
    draw();
    drawFigures();
  }

  put(now, el("div", { class: "bar" }, el("h2", {}, "Latest requests"), state, pause, filter), empty, el("div", { class: "pages" }, list.node));
  main.replaceChildren(welcome, figures, chart, nodes, now);
  const close = follow({
    row: add,
    lost: (count) => { state.textContent = `${whole(count)} rows were too fast to show`; },
    state: (name) => { state.textContent = name === "live" ? "● live" : "◌ reconnecting …"; if (name === "live") load().catch(() => {}); },
  });
  load().catch(() => {});
  let shown = "";
  return {
    close: () => { close(); clearTimeout(chartTimer); },
    update(next) {
      status = next;
      drawFigures();
      put(nodes, nodesOf(status.cluster));
      const none = status.accounts.total === status.accounts.mock;
      const kind = `${none}/${status.accounts.mock}/${status.visitor.admin}`;
      if (kind !== shown) put(welcome, none ? firstVisit(status, refresh) : null);
      shown = kind;
    },
  };
}
