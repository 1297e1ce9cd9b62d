// The frame of the page: views, the state line, themes and keys.
import * as accounts from "./accounts.js";
import { change, get, kZone } from "./api.js";
import * as clients from "./clients.js";
import { copyable, el, withCommands } from "./dom.js";
import { until, when } from "./format.js";
import * as keys from "./keys.js";
import * as overview from "./overview.js";
import * as requests from "./requests.js";
import * as signin from "./signin.js";
import * as usage from "./usage.js";
import { count, sentence } from "./words.js";

const kViews = [["", "Overview", overview], ["requests", "Requests", requests], ["usage", "Usage", usage],
  ["accounts", "Accounts", accounts], ["keys", "Keys", keys], ["clients", "Clients", clients]];
const kThemes = { auto: "◐ Auto", light: "○ Light", dark: "● Dark" };
const kEvery = 2000;

const byId = (id) => document.getElementById(id);
const main = byId("main");
let view = null;
let status = null;
let accountList = [];
let asking = false;

function go(name, query = {}) {
  const text = new URLSearchParams(query).toString();
  location.hash = `#/${name}${text ? `?${text}` : ""}`;
}

function place() {
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
  const [name, id] = path.split("/");
  return { name, id: id && decodeURIComponent(id), query: Object.fromEntries(new URLSearchParams(query)) };
}

function show() {
  if (asking) return;
  const { name, id, query } = place();
  const [, title, module] = kViews.find(([key]) => key === name) ?? kViews[0];
  view?.close();
  const context = { query, id, go, refresh, status: () => status };
  view = name === "requests" && id ? requests.openOne(main, context) : module.open(main, context);
  document.title = `agm · ${title}`;
  for (const link of byId("views").children) {
    link.toggleAttribute("aria-current", link.dataset.view === (kViews.some(([key]) => key === name) ? name : ""));
    if (link.hasAttribute("aria-current")) link.setAttribute("aria-current", "page");
  }
  if (status) {
    drawState();
    view.update(status);
  }
}

function stateLine() {
  const { accounts: counts, in_flight: flying, started, version, last_minute: minute } = status;
  const serving = counts.ready > 0;
  const used = counts.total - accountList.filter((account) => account.state === "disabled").length;
  const ready = counts.total === 0 ? "no account yet" : `${counts.ready} of ${count(used, "account")} ready`;
  return el("div", { class: "line" },
    el("strong", { class: serving ? "ok" : "bad" }, serving ? "● Serving" : "▲ Not serving"),
    el("span", {}, ready), counts.mock > 0 ? el("span", { class: "badge mock" }, "the mock answers") : null,
    el("span", { class: "quiet" }, `${count(flying, "request")} in flight, ${minute.requests} in the last minute`),
    el("span", { class: "quiet" }, `since ${when(started)}`),
    el("span", { class: "end" }, copyable(`${location.origin}/v1`), el("span", { class: "quiet" }, version)));
}

let drawn = "";
function drawState(problem) {
  const { name } = place();
  const text = JSON.stringify([name, problem, status?.accounts, status?.in_flight, status?.last_minute.requests, status?.started,
    status?.warnings, accountList.map((each) => [each.name, each.state, each.cooldowns, each.reason, each.why])]);
  if (text === drawn) return;
  drawn = text;
  const state = byId("state");
  if (problem) return state.replaceChildren(el("div", { class: "notice quarantined" }, problem));
  state.replaceChildren(stateLine(), ...accounts.accountNotices(accountList, name),
    ...status.warnings.map((warning) => el("div", { class: "notice cooling" }, "▲ ", withCommands(sentence(warning.text)))));
}

function askForKey() {
  if (asking) return;
  asking = true;
  view?.close();
  view = null;
  status = null;
  byId("state").replaceChildren();
  byId("views").hidden = true;
  byId("leave").hidden = true;
  drawn = "";
  signin.open(main, start);
}

async function refresh() {
  if (asking) return;
  try {
    // Until the visitor is known to be signed in, one request is enough to be refused.
    const asked = get("status", { tz: kZone });
    if (status === null) await asked;
    const [now, list] = await Promise.all([asked, get("accounts")]);
    status = now;
    accountList = list.accounts;
    byId("leave").hidden = !status.visitor.signed_in;
    drawState();
    view?.update(status);
  } catch (error) {
    if (error.status === 401) return askForKey();
    drawState(error.status ? error.message : "The gateway does not answer. Reconnecting …");
  }
}

async function start() {
  asking = false;
  byId("views").hidden = false;
  await refresh();
  if (!asking) show();
}

function move(step) {
  const rows = [...main.querySelectorAll("tr[data-id] a")];
  if (rows.length === 0) return;
  const at = rows.indexOf(document.activeElement);
  const next = rows[Math.min(Math.max(at + step, 0), rows.length - 1)];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

function press(event) {
  if (event.key === "Escape") {
    if (document.activeElement instanceof HTMLInputElement) return document.activeElement.blur();
    return main.querySelector("[data-back]") ? history.back() : undefined;
  }
  const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement || event.ctrlKey || event.altKey || event.metaKey;
  if (typing || asking) return undefined;
  if (event.key === "j") move(1);
  if (event.key === "k") move(-1);
  if (event.key === "/") {
    const filter = main.querySelector("[data-filter]");
    filter?.closest("details")?.setAttribute("open", "");
    filter?.focus();
    event.preventDefault();
  }
  const number = Number(event.key);
  if (number >= 1 && number <= kViews.length) go(kViews[number - 1][0]);
  return undefined;
}

function useTheme(theme) {
  document.documentElement.dataset.theme = theme;
  byId("theme").textContent = kThemes[theme];
  byId("theme").setAttribute("aria-label", `Theme: ${theme}`);
  localStorage.setItem("agm.theme", theme);
}

function nextTheme() {
  const names = Object.keys(kThemes);
  useTheme(names[(names.indexOf(document.documentElement.dataset.theme) + 1) % names.length]);
}

const kept = localStorage.getItem("agm.theme");
useTheme(kThemes[kept] ? kept : "auto");
byId("theme").addEventListener("click", nextTheme);
byId("skip").addEventListener("click", () => main.focus());
byId("leave").addEventListener("click", async () => { await change("DELETE", "session").catch(() => {}); askForKey(); });
byId("zone").textContent = `Times in ${kZone}`;
byId("views").replaceChildren(...kViews.map(([key, title]) => el("a", { href: `#/${key}`, "data-view": key }, title)));
addEventListener("hashchange", () => signin.useLink().then(show));
addEventListener("keydown", press);
document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
setInterval(() => { if (!document.hidden) refresh(); }, kEvery);
setInterval(() => {
  for (const node of document.querySelectorAll("[data-until]")) node.textContent = until(node.dataset.until);
}, 1000);
await signin.useLink();
await start();
