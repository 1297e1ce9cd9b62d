// The accounts: their state in words, until when, and what to do about it.
import { change, get } from "./api.js";
import { copyable, el, foreign } from "./dom.js";
import { dateTime, milliseconds, short, until, whole } from "./format.js";
import { mark, reasonWords, remedy, stateWords } from "./words.js";

const kEvery = 3000;

// "again in 18 s", counted down by main.js.
export function countdown(time) {
  return el("time", { datetime: time, title: dateTime(time), "data-until": time }, until(time));
}

function fix(reason, name) {
  const what = remedy(reason, name);
  if (!what) return null;
  return el("p", { class: "fix" }, `What to do: ${what.text} `, what.command ? copyable(what.command) : null);
}

function rest(account, each) {
  const scope = each.model === "" ? "" : " for ";
  const end = each.until ? [", again in ", countdown(each.until)] : ["; a person must fix it"];
  return el("li", {}, reasonWords(each.reason), scope, each.model === "" ? null : foreign(each.model), end, fix(each.reason, account.name));
}

function details(account) {
  if (account.cooldowns.length > 0) return el("ul", { class: "cooldowns" }, account.cooldowns.map((each) => rest(account, each)));
  if (account.reason === "") return null;
  return el("div", {}, el("p", {}, reasonWords(account.reason),
    account.until ? [", again in ", countdown(account.until)] : null), fix(account.reason, account.name));
}

// The accounts that need a person, for the top of every view.
export function accountNotices(accounts) {
  return accounts.filter((account) => account.state === "quarantined" || account.state === "cooling")
    .map((account) => el("div", { class: `notice ${account.state}` },
      el("strong", {}, `${mark(account.state)} `, foreign(account.name), `: ${stateWords(account)}`),
      details(account),
      account.why ? el("p", { class: "quiet" }, foreign(account.why)) : null));
}

export function addForm(done) {
  const name = el("input", { name: "name", value: "work", required: true, autocomplete: "off", size: 12 });
  const key = el("input", { name: "key", type: "password", required: true, autocomplete: "off", spellcheck: "false", placeholder: "AIza…" });
  const url = el("input", { name: "url", type: "url", autocomplete: "off", placeholder: "Google's own" });
  const send = el("button", { class: "main" }, "Add account");
  const answer = el("p", { role: "status" });
  const form = el("form", { class: "form" },
    el("label", {}, "Name", name), el("label", { class: "wide" }, "API key", key),
    el("details", {}, el("summary", {}, "Another server"), el("label", {}, "Base URL", url)), send, answer);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    send.disabled = true;
    answer.className = "quiet";
    answer.textContent = "Trying the key upstream …";
    try {
      await change("POST", "accounts", { add: { name: name.value.trim(), api_key: key.value.trim(), base_url: url.value.trim() } });
      key.value = "";
      answer.textContent = "Added: the upstream accepts the key.";
      setTimeout(done, 500);
    } catch (error) {
      answer.className = "bad";
      answer.textContent = error.message;
    }
    send.disabled = false;
  });
  return form;
}

function card(account, admin, refresh) {
  const heal = admin && (account.state === "cooling" || account.state === "quarantined")
    ? el("button", { type: "button", title: "End its cooldowns, because the problem is fixed",
      onclick: async () => { await change("POST", "accounts", { heal: account.name }).catch(() => {}); refresh(); } }, "Use it again now")
    : null;
  const facts = [["Kind", account.kind], ["Project", account.project || "–"], ["Requests", whole(account.requests)],
    ["Failed", whole(account.errors)], ["Tokens", short(account.tokens)], ["In flight", whole(account.in_flight)],
    ["First byte", milliseconds(account.first_byte_ms)], ["Last used", account.last_used ? dateTime(account.last_used) : "never"]];
  return el("article", { class: `card account ${account.state}` },
    el("div", { class: "bar" }, el("h3", {}, foreign(account.name)),
      el("span", { class: `badge ${account.state}` }, `${mark(account.state)} ${stateWords(account)}`), heal),
    account.label !== account.name ? el("p", { class: "quiet" }, foreign(account.label)) : null,
    details(account), account.why ? el("p", { class: "quiet" }, foreign(account.why)) : null,
    el("dl", { class: "facts" }, facts.map(([term, value]) => el("div", {}, el("dt", {}, term), el("dd", {}, foreign(value))))));
}

export function open(main, { status }) {
  const list = el("div", { class: "cards" });
  const add = el("section", { class: "card" });
  let last = "";
  async function load() {
    const { accounts } = await get("accounts");
    const admin = status()?.visitor.admin ?? false;
    const text = JSON.stringify([accounts, admin]);
    if (text === last) return;
    last = text;
    list.replaceChildren(...accounts.map((account) => card(account, admin, load)));
    if (accounts.length === 0) list.replaceChildren(el("p", { class: "empty" }, "There is no account yet."));
    if (add.childElementCount > 0 && add.querySelector("form") !== null) return;
    add.replaceChildren(el("h2", {}, "Add an account"),
      el("p", {}, "In a terminal: ", copyable("agm accounts add NAME")), ...(admin ? [addForm(load)] : []));
  }
  main.replaceChildren(el("h1", { class: "hidden" }, "Accounts"), list, add);
  load().catch(() => {});
  const timer = setInterval(() => { if (!document.hidden) load().catch(() => {}); }, kEvery);
  return { close: () => clearInterval(timer), update() {} };
}
