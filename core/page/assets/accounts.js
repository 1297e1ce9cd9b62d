// The accounts: their state in words, until when, and what to do about it.
import { change, get } from "./api.js";
import { copyable, el, foreign } from "./dom.js";
import { dateTime, milliseconds, short, until, when, whole } from "./format.js";
import { count, mark, reasonWords, remedy, sentence, stateKind, stateWords } from "./words.js";

const kEvery = 3000;
const kOrder = ["quarantined", "cooling", "ready", "disabled"];
const kNotices = 3;

// "again in 18 s", counted down by main.js.
export function countdown(time) {
  return el("time", { datetime: time, title: dateTime(time), "data-until": time }, until(time));
}

function fix(reason, account) {
  const what = remedy(reason, account);
  if (!what) return null;
  return el("p", { class: "fix" }, sentence(what.text), " ", what.command ? copyable(what.command) : null);
}

// Why an account, or some of its models, cannot serve now: [{ reason, model, until }].
function causes(account) {
  if (account.cooldowns.length > 0) return account.cooldowns;
  return account.reason === "" ? [] : [{ reason: account.reason, model: "", until: account.until }];
}

function cause(each) {
  const words = reasonWords(each.reason);
  const text = words.charAt(0).toUpperCase() + words.slice(1);
  return [text, each.model === "" ? null : [" for ", foreign(each.model)], each.until ? [", again in ", countdown(each.until)] : null, "."].flat();
}

function details(account) {
  const all = causes(account);
  if (all.length === 0) return null;
  return el("ul", { class: "cooldowns" }, all.map((each) => el("li", {}, el("p", {}, cause(each)), fix(each.reason, account))));
}

const upstreamWords = (account) => (account.why ? el("p", { class: "quiet" }, foreign(sentence(account.why))) : null);

function notice(account) {
  const all = causes(account);
  return el("div", { class: `notice ${account.state}` },
    el("p", {}, el("strong", {}, `${mark(account.state)} Account `, foreign(account.name)), ": ",
      all.length > 0 ? cause(all[0]) : stateWords(account)),
    all.length > 0 ? fix(all[0].reason, account) : null, upstreamWords(account));
}

// The accounts that cannot serve, for the top of the page. The overview explains some; the other views
// say how many need a person.
export function accountNotices(accounts, view) {
  const quarantined = accounts.filter((account) => account.state === "quarantined");
  const troubled = [...quarantined, ...accounts.filter((account) => account.state === "cooling")];
  if (view === "accounts") return [];
  if (view !== "") {
    return quarantined.length === 0 ? [] : [el("div", { class: "notice quarantined" }, `▲ ${count(quarantined.length, "account needs", "accounts need")} a person: `,
      quarantined.slice(0, kNotices).flatMap((account, index) => [index > 0 ? ", " : null, foreign(account.name)]), ". ", el("a", { href: "#/accounts" }, "See why"))];
  }
  const more = troubled.length - kNotices;
  return [...troubled.slice(0, kNotices).map(notice),
    ...(more > 0 ? [el("p", {}, el("a", { href: "#/accounts" }, `${count(more, "more account")} cannot serve now`))] : [])];
}

export function addForm(done) {
  const name = el("input", { name: "name", value: "work", required: true, autocomplete: "off", spellcheck: "false", size: 12 });
  const key = el("input", { name: "key", type: "password", required: true, autocomplete: "off", spellcheck: "false", placeholder: "AIza…" });
  const url = el("input", { name: "url", type: "url", autocomplete: "off", placeholder: "https://generativelanguage.googleapis.com" });
  const send = el("button", { class: "main" }, "Add account");
  const answer = el("p", { role: "status" });
  const form = el("form", { class: "form" },
    el("label", {}, "Name", name), el("label", { class: "wide" }, "API key", key), send, answer,
    el("details", {}, el("summary", {}, "Another server"),
      el("p", { class: "quiet" }, "Only for a server other than Google's that has the Gemini API."), el("label", {}, "Base URL", url)));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    send.disabled = true;
    answer.className = "quiet";
    answer.textContent = "Trying the key upstream …";
    try {
      await change("POST", "accounts", { add: { name: name.value.trim(), api_key: key.value.trim(), base_url: url.value.trim() } });
      key.value = "";
      answer.className = "ok";
      answer.textContent = "Added: the upstream accepts the key.";
      setTimeout(done, 500);
    } catch (error) {
      answer.className = "bad";
      answer.textContent = sentence(error.message);
    }
    send.disabled = false;
  });
  return form;
}

function card(account, admin, refresh) {
  const kind = stateKind(account);
  const heal = admin && (account.state === "cooling" || account.state === "quarantined")
    ? el("p", {}, el("button", { type: "button", title: "End its cooldowns, because the problem is fixed",
      onclick: async () => { await change("POST", "accounts", { heal: account.name }).catch(() => {}); refresh(); } }, "Use it again now"))
    : null;
  const about = [account.kind, account.project, account.label === account.name ? "" : account.label].filter((each) => each);
  const facts = [["Requests", whole(account.requests)], ["Failed", whole(account.errors)], ["Tokens", short(account.tokens)],
    ["In flight", whole(account.in_flight)], ["First byte", milliseconds(account.first_byte_ms)],
    ["Last used", account.last_used ? when(account.last_used) : "never"]];
  return el("article", { class: `card account ${kind}` },
    el("div", { class: "head" }, el("h3", {}, foreign(account.name)),
      el("span", { class: `badge ${kind}` }, `${mark(kind)} ${stateWords(account)}`)),
    el("p", { class: "quiet" }, about.flatMap((each, index) => [index > 0 ? " · " : null, foreign(each)])),
    details(account), upstreamWords(account), heal,
    el("dl", { class: "facts three" }, facts.map(([term, value]) => el("div", {}, el("dt", {}, term), el("dd", {}, foreign(value))))));
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
    const sorted = [...accounts].sort((a, b) => kOrder.indexOf(stateKind(a)) - kOrder.indexOf(stateKind(b)));
    list.replaceChildren(...sorted.map((account) => card(account, admin, load)));
    if (accounts.length === 0) list.replaceChildren(el("p", { class: "empty" }, "There is no account yet. Add the first one here:"));
    if (add.childElementCount > 0 && (add.querySelector("form") !== null) === admin) return;
    add.replaceChildren(el("h2", {}, "Add an account"),
      el("p", {}, "A key costs nothing to create: ",
        el("a", { href: "https://aistudio.google.com/apikey", rel: "noreferrer", target: "_blank" }, "aistudio.google.com/apikey ↗")),
      ...(admin ? [addForm(load)] : []), el("p", {}, "In a terminal: ", copyable("agm accounts add NAME")));
  }
  main.replaceChildren(el("h1", { class: "hidden" }, "Accounts"), list, add);
  load().catch(() => {});
  const timer = setInterval(() => { if (!document.hidden) load().catch(() => {}); }, kEvery);
  return { close: () => clearInterval(timer), update() {} };
}
