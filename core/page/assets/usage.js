// Sums by model, account and key, in days of the viewer's zone.
import { get, kZone } from "./api.js";
import { bucketNames } from "./buckets.js";
import { barChart } from "./chart.js";
import { el, foreign, table } from "./dom.js";
import { dollars, percent, short, whole } from "./format.js";

const kSpans = {
  today: { label: "Today", bucket: "1h", days: 0 }, "7d": { label: "7 days", bucket: "1d", days: 6 },
  "30d": { label: "30 days", bucket: "1d", days: 29 }, month: { label: "This month", bucket: "1d", days: null },
  year: { label: "12 months", bucket: "1mo", days: 364 } };
const kBy = { model: "Model", account: "Account", caller: "Key" };

// The first instant of the span: a midnight of the viewer's zone.
function begin(span) {
  const today = new Date(new Date().setHours(0, 0, 0, 0));
  if (span === "month") return new Date(today.setDate(1));
  const day = new Date(today);
  day.setDate(day.getDate() - kSpans[span].days);
  return day;
}

function choice(name, options, chosen, go) {
  return el("div", { class: "choice", role: "group", "aria-label": name }, Object.entries(options).map(([key, value]) =>
    el("button", { type: "button", "aria-pressed": String(key === chosen), onclick: () => go(key) }, value.label ?? value)));
}

const cells = (row) => [whole(row.requests), row.errors > 0 ? `${whole(row.errors)} (${percent(row.errors, row.requests)})` : "0",
  short(row.input_tokens), percent(row.cached_tokens, row.input_tokens), short(row.output_tokens), short(row.reasoning_tokens),
  dollars(row.cost_billed_usd), `${dollars(row.cost_list_usd)}${row.unpriced > 0 ? " + ?" : ""}`];

function line(name, row, kind) {
  return el("tr", { class: kind }, el("td", { class: "model" }, foreign(name)),
    cells(row).map((text) => el("td", { class: "number" }, text)));
}

// A cell that begins like a formula would be run by a spreadsheet.
function csvCell(value) {
  let text = String(value ?? "");
  if (/^[=+\-@\t]/.test(text) && typeof value === "string") text = `'${text}`;
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function download(usage, by) {
  const columns = [by, "requests", "errors", "cancelled", "input_tokens", "cached_tokens", "output_tokens", "reasoning_tokens", "cost_billed_usd", "cost_list_usd", "unpriced"];
  const lines = [columns, ...usage.rows.map((row) => columns.map((column) => row[column]))];
  const text = lines.map((each) => each.map(csvCell).join(",")).join("\n");
  const url = URL.createObjectURL(new Blob([`${text}\n`], { type: "text/csv" }));
  el("a", { href: url, download: `agm-usage-${by}.csv` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

function bar(name, row, span) {
  const label = span === "today" ? name.slice(11, 16) : name.slice(span === "year" ? 0 : 5);
  if (!row) return { label, good: 0, bad: 0, title: `${name}: no request` };
  return { label, good: row.requests - row.errors, bad: row.errors,
    title: `${name}: ${whole(row.requests)} requests, ${whole(row.errors)} failed, ${short(row.input_tokens)} → ${short(row.output_tokens)} tokens, ${dollars(row.cost_list_usd)}` };
}

export function open(main, { query, go }) {
  const span = kSpans[query.span] ? query.span : "7d";
  const by = kBy[query.by] ? query.by : "model";
  const body = el("div", {}, el("p", { class: "quiet" }, "Loading …"));
  const since = begin(span).toISOString();
  main.replaceChildren(el("h1", { class: "hidden" }, "Usage"),
    el("div", { class: "bar" }, choice("Span", kSpans, span, (to) => go("usage", { span: to, by })),
      choice("By", kBy, by, (to) => go("usage", { span, by: to })),
      el("span", { class: "quiet" }, `days of ${kZone}`)), body);
  Promise.all([get("usage", { since, by, tz: kZone }), get("usage", { since, bucket: kSpans[span].bucket, tz: kZone })]).then(([sums, time]) => {
    const rows = [...sums.rows].sort((a, b) => b.requests - a.requests);
    const known = new Map(time.rows.map((row) => [row.bucket, row]));
    const bars = bucketNames(kSpans[span].bucket, begin(span), new Date()).map((name) => bar(name, known.get(name), span));
    body.replaceChildren(
      table("Usage", [kBy[by], ...["Requests", "Failed", "Input", "Cached", "Output", "Thoughts", "Billed", "List price"].map((name) => ({ name, number: true }))],
        [...rows.map((row) => line(row[by] || `no ${by}: refused before one was chosen`, row)), line("Total", sums.total, "sum")]),
      sums.total.unpriced > 0 ? el("p", { class: "quiet" }, `The costs leave out ${whole(sums.total.unpriced)} answers whose price is not known.`) : "",
      time.rows.length > 0 ? barChart("Requests over time (answered and failed)", bars) : el("p", { class: "empty" }, "No request in this span."),
      el("p", {}, el("button", { type: "button", onclick: () => download({ rows }, by) }, "Download CSV")));
  }).catch((error) => body.replaceChildren(el("p", { class: "empty" }, error.message)));
  return { close() {}, update() {} };
}
