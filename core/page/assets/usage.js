// Sums by model, account and key, in days of the viewer's zone.
import { get, kZone } from "./api.js";
import { bucketNames } from "./buckets.js";
import { barChart } from "./chart.js";
import { el, foreign, put, table } from "./dom.js";
import { dollars, percent, short, whole } from "./format.js";
import { count } from "./words.js";

const kSpans = {
  today: { label: "Today", chart: "Requests by hour", bucket: "1h", days: 0 }, "7d": { label: "7 days", chart: "Requests by day", bucket: "1d", days: 6 },
  "30d": { label: "30 days", chart: "Requests by day", bucket: "1d", days: 29 }, month: { label: "This month", chart: "Requests by day", bucket: "1d", days: null },
  year: { label: "12 months", chart: "Requests by month", bucket: "1mo", days: 364 } };
const kDay = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const kMonth = new Intl.DateTimeFormat("en-GB", { month: "short", year: "numeric" });
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

const kColumns = ["Requests", "Failed", "Input", "Cached", "Output", "Thoughts", "Billed", "List price"];
const cells = (row) => [whole(row.requests), row.errors > 0 ? `${whole(row.errors)} (${percent(row.errors, row.requests)})` : "0",
  short(row.input_tokens), row.cached_tokens > 0 ? percent(row.cached_tokens, row.input_tokens) : "–", short(row.output_tokens), short(row.reasoning_tokens),
  dollars(row.cost_billed_usd), `${dollars(row.cost_list_usd)}${row.unpriced > 0 ? " + ?" : ""}`];

// On a narrow screen the style sheet shows data-name beside each figure.
function line(name, row, kind) {
  return el("tr", { class: kind }, el("td", { class: "model" }, name),
    cells(row).map((text, index) => el("td", { class: "number", "data-name": kColumns[index] }, text)));
}

const nameOf = (row, by) => (row[by] ? foreign(row[by]) : el("span", { class: "quiet" }, `no ${kBy[by].toLowerCase()}: refused before one was known`));

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

// "14:00", "29 Nov", "Nov 2026" of a span of the chart, whose name is "2026-11-29 14:00" or a part of it.
function labelOf(name, span) {
  if (span === "today") return name.slice(11, 16);
  const at = new Date(Number(name.slice(0, 4)), Number(name.slice(5, 7)) - 1, Number(name.slice(8, 10) || 1));
  return (span === "year" ? kMonth : kDay).format(at);
}

function bar(name, row, span) {
  const label = labelOf(name, span);
  if (!row) return { label, good: 0, bad: 0, title: `${name}: no request` };
  return { label, good: row.requests - row.errors, bad: row.errors,
    title: `${name}: ${whole(row.requests)} requests, ${whole(row.errors)} failed, ${short(row.input_tokens)} → ${short(row.output_tokens)} tokens, ${dollars(row.cost_list_usd)}` };
}

export function open(main, { query, go }) {
  const span = kSpans[query.span] ? query.span : "7d";
  const by = kBy[query.by] ? query.by : "model";
  const body = el("div", {}, el("p", { class: "quiet" }, "Loading …"));
  const since = begin(span).toISOString();
  let shown = [];
  const csv = el("button", { type: "button", class: "end", disabled: true, onclick: () => download({ rows: shown }, by) }, "Download CSV");
  main.replaceChildren(el("h1", { class: "hidden" }, "Usage"),
    el("div", { class: "bar" }, choice("Span", kSpans, span, (to) => go("usage", { span: to, by })),
      choice("By", kBy, by, (to) => go("usage", { span, by: to })),
      el("span", { class: "quiet" }, `days of ${kZone}`), csv), body);
  Promise.all([get("usage", { since, by, tz: kZone }), get("usage", { since, bucket: kSpans[span].bucket, tz: kZone })]).then(([sums, time]) => {
    const rows = [...sums.rows].sort((a, b) => b.requests - a.requests);
    const known = new Map(time.rows.map((row) => [row.bucket, row]));
    const bars = bucketNames(kSpans[span].bucket, begin(span), new Date()).map((name) => bar(name, known.get(name), span));
    shown = rows;
    csv.disabled = rows.length === 0;
    if (rows.length === 0) return put(body, el("p", { class: "empty" }, "No request in this span. Each one that is answered or refused is counted here."));
    const sheet = table("Usage", [kBy[by], ...kColumns.map((name) => ({ name, number: true }))],
      [...rows.map((row) => line(nameOf(row, by), row)), line("Total", sums.total, "sum")]);
    sheet.classList.add("usage");
    return put(body, sheet,
      sums.total.unpriced > 0 ? el("p", { class: "quiet" }, `The costs leave out ${count(sums.total.unpriced, "answer")} whose price is not known.`) : null,
      barChart(kSpans[span].chart, bars));
  }).catch((error) => body.replaceChildren(el("p", { class: "empty" }, error.message)));
  return { close() {}, update() {} };
}
