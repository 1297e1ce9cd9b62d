// The client keys: their limits and what they have used; for scope admin also making, rotating,
// disabling and removing them.
import { change, get } from "./api.js";
import { copyable, el, foreign } from "./dom.js";
import { date, dollars, minute, short, whole } from "./format.js";
import { sentence } from "./words.js";

const kEvery = 3000;
const kLimits = [["requests_per_minute", "Requests a minute"], ["tokens_per_minute", "Tokens a minute"],
  ["parallel", "At the same time"]];
const kScopes = [["inference", "call models"], ["read", "see this page and the log"], ["metrics", "read /metrics"], ["admin", "change accounts and keys"]];

const at = (name) => `keys/${encodeURIComponent(name)}`;

// The used part of a limit, with a bar; `text` writes an amount.
function used(name, amount, limit, text, note) {
  const share = limit > 0 ? Math.min(amount / limit, 1) : 1;
  const bar = el("meter", { min: 0, max: 1, high: 0.9, value: share, "aria-label": `${name}: ${text(amount)} of ${text(limit)}` });
  return el("li", { class: share >= 1 ? "full" : null }, el("span", {}, name), el("span", { class: "number" }, `${text(amount)} of ${text(limit)}`), bar,
    note ? el("span", { class: "quiet" }, note) : null);
}

function limits(key) {
  const lines = [];
  for (const [member, name] of [["requests_per_minute", "Requests in this minute"], ["tokens_per_minute", "Tokens in this minute"]]) {
    const each = key[member];
    if (each) lines.push(used(name, each.limit - each.remaining, each.limit, short));
  }
  if (key.parallel) lines.push(used("Running now", key.parallel.running, key.parallel.limit, whole));
  for (const window of ["day", "month"]) {
    const money = key.budget?.[window];
    if (money) lines.push(used(`Budget a ${window}`, money.used_usd, money.limit_usd, dollars, `resets ${minute(money.resets_at)}`));
    const tokens = key.tokens?.[window];
    if (tokens) lines.push(used(`Tokens a ${window}`, tokens.used, tokens.limit, short, `resets ${minute(tokens.resets_at)}`));
  }
  return lines.length > 0 ? el("ul", { class: "limits" }, lines) : el("p", { class: "quiet" }, "No limits.");
}

function state(key) {
  if (!key.enabled) return ["disabled", "○ disabled"];
  if (key.expires && new Date(key.expires) <= new Date()) return ["quarantined", "▲ expired"];
  const spent = ["day", "month"].some((window) => {
    const [money, tokens] = [key.budget?.[window], key.tokens?.[window]];
    return (money && money.used_usd >= money.limit_usd) || (tokens && tokens.used >= tokens.limit);
  });
  return spent ? ["cooling", "◐ budget used up"] : ["ready", "● ready"];
}

// A button that asks once more before it does its work.
function confirmed(label, question, work) {
  const button = el("button", { type: "button", onclick: async () => {
    if (button.textContent === question) return work();
    button.textContent = question;
    setTimeout(() => { button.textContent = label; }, 4000);
    return undefined;
  } }, label);
  return button;
}

function card(key, act) {
  const [kind, words] = state(key);
  const spent = key.spent;
  const models = key.models.join(", ") === "*" ? "all" : key.models.join(", ") || "none";
  const facts = [["Models", models], ["Expires", key.expires ? date(key.expires) : "never"], ["Id", key.id],
    ["Tokens today", short(spent.day.tokens)], ["At list price", dollars(spent.day.list_usd)], ["Billed", dollars(spent.day.billed_usd)],
    ["This month", short(spent.month.tokens)], ["At list price", dollars(spent.month.list_usd)], ["Billed", dollars(spent.month.billed_usd)]];
  return el("article", { class: `card account ${kind}` },
    el("div", { class: "head" }, el("h3", {}, foreign(key.name)), el("span", { class: `badge ${kind}` }, words)),
    el("p", { class: "quiet" }, `May ${key.scopes.map((scope) => kScopes.find(([name]) => name === scope)?.[1] ?? scope).join(", ") || "do nothing"}. `,
      el("a", { href: `#/requests?caller=${encodeURIComponent(key.name)}` }, "Its requests")),
    limits(key),
    el("dl", { class: "facts three" }, facts.map(([term, value]) => el("div", {}, el("dt", {}, term), el("dd", {}, foreign(value))))),
    el("div", { class: "bar" },
      el("button", { type: "button", onclick: () => act("PATCH", key.name, { enabled: !key.enabled }) }, key.enabled ? "Disable" : "Enable"),
      confirmed("Rotate", "Really give it another secret?", () => act("PATCH", key.name, { rotate: { grace: "24h" } })),
      confirmed("Remove", "Really remove it?", () => act("DELETE", key.name, {}))),
    editForm(key, act));
}

// The answer to a new key or a rotation: the only time that the key is seen.
function secret(made, done) {
  return el("div", { class: "notice mock", role: "alert" }, el("strong", {}, "Keep this key now: it is not shown again. "),
    el("p", {}, foreign(made.name), ": ", copyable(made.key)), el("button", { type: "button", onclick: done }, "I have it"));
}

const list = (text) => text.split(/[\s,]+/).filter((each) => each !== "");

// Boxes for what a key may do; `read` lists those that are ticked.
function scopeBoxes(chosen) {
  const boxes = kScopes.map(([name]) => el("input", { type: "checkbox", name: "scope", value: name, checked: chosen.includes(name) }));
  const node = el("fieldset", { class: "scopes" }, el("legend", {}, "May"),
    kScopes.map(([name, text], index) => el("label", {}, boxes[index], el("span", {}, el("code", {}, name), ` ${text}`))));
  const read = () => boxes.filter((box) => box.checked).map((box) => box.value);
  // One of them must be ticked, so that the form says so before it is sent.
  const check = () => boxes[0].setCustomValidity(read().length > 0 ? "" : "Choose what the key may do.");
  node.addEventListener("change", check);
  return { node, read };
}

// The fields of a key's limits. `read` gives a change's members: for a new key those that are given, for
// an old one all, with null for a limit that was emptied.
function limitFields(key) {
  const text = (name, value, more = {}) => el("input", { name, value: value ?? "", autocomplete: "off", spellcheck: "false", size: 12, ...more });
  const number = (name, value, step) => text(name, value, { type: "number", min: 0, step, placeholder: "no limit" });
  const models = text("models", key?.models.join(", "), { placeholder: "*" });
  const numbers = kLimits.map(([member]) => number(member, key?.[member]?.limit, 1));
  const windows = ["day", "month"].flatMap((window) => [
    ["budget", window, `US$ a ${window}`, number(`budget_${window}`, key?.budget?.[window]?.limit_usd, "any")],
    ["tokens", window, `Tokens a ${window}`, number(`tokens_${window}`, key?.tokens?.[window]?.limit, 1)]]);
  const expires = text("expires", key?.expires, { placeholder: "never, or 30d" });
  const labels = [el("label", { class: "wide" }, "Models", models), el("label", {}, "Expires", expires), ...kLimits.map(([, label], index) => el("label", {}, label, numbers[index])),
    ...windows.map(([, , label, input]) => el("label", {}, label, input))];
  const given = (input) => (input.value.trim() === "" ? null : Number(input.value));
  function read() {
    const body = { models: models.value.trim() === "" ? ["*"] : list(models.value), expires: expires.value.trim() || null, budget: {}, tokens: {} };
    kLimits.forEach(([member], index) => { body[member] = given(numbers[index]); });
    for (const [kind, window, , input] of windows) body[kind][window] = given(input);
    return body;
  }
  return { labels, read };
}

function onSubmit(form, work) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    work();
  });
  return form;
}

function editForm(key, act) {
  const fields = limitFields(key);
  const scopes = scopeBoxes(key.scopes);
  const form = el("form", { class: "form grid" }, scopes.node, fields.labels, el("button", { class: "main" }, "Save"));
  return el("details", {}, el("summary", {}, "Change what it may do"),
    onSubmit(form, () => act("PATCH", key.name, { ...fields.read(), scopes: scopes.read() })));
}

function addForm(add) {
  const name = el("input", { name: "name", required: true, placeholder: "ci", autocomplete: "off", spellcheck: "false", size: 12 });
  const scopes = scopeBoxes(["inference"]);
  const fields = limitFields(null);
  const form = el("form", { class: "form grid" }, el("label", {}, "Name", name), scopes.node, fields.labels,
    el("button", { class: "main" }, "Make key"));
  return onSubmit(form, async () => {
    if (await add({ ...fields.read(), name: name.value.trim(), scopes: scopes.read() })) form.reset();
  });
}

export function open(main, { status }) {
  const cards = el("div", { class: "cards" });
  const shown = el("div");
  const answer = el("p", { class: "bad", role: "alert" });
  let last = "";
  let admin = null;

  async function load() {
    const { keys } = await get("keys");
    const text = JSON.stringify(keys);
    // A card on which a person works must not be replaced under the pointer.
    if (text === last || cards.contains(document.activeElement) || cards.querySelector("details[open]")) return;
    last = text;
    cards.replaceChildren(...keys.map((key) => card(key, act)));
    if (keys.length === 0) cards.replaceChildren(el("p", { class: "empty" }, "There is no key with limits yet. Keys of proxy.api_key may do everything."));
  }

  async function send(method, path, body) {
    answer.textContent = "";
    try {
      const done = await change(method, path, body);
      if (done.key) shown.replaceChildren(secret(done, () => shown.replaceChildren()));
      last = "";
      document.activeElement?.blur();
      for (const details of cards.querySelectorAll("details")) details.open = false;
      setTimeout(() => load().catch(() => {}), 400);
      return true;
    } catch (error) {
      answer.textContent = sentence(error.message);
      return false;
    }
  }
  const act = (method, name, body) => send(method, at(name), body);

  function begin() {
    const now = status()?.visitor.admin ?? false;
    if (now === admin) return;
    admin = now;
    const head = el("h1", { class: "hidden" }, "Keys");
    if (!admin) {
      main.replaceChildren(head, el("p", { class: "empty" }, "Only a key with the scope admin sees the other keys. Your own: ", copyable("agm keys show NAME")));
      return;
    }
    main.replaceChildren(head, shown, answer, cards, el("section", { class: "card" }, el("h2", {}, "Make a key"),
      el("p", { class: "quiet" }, "A key for each program or person shows who used what, and can be limited or removed without touching the others."),
      addForm((body) => send("POST", "keys", body)),
      el("p", {}, "In a terminal: ", copyable("agm keys add NAME --budget 2/day"))));
    load().catch((error) => { answer.textContent = error.message; });
  }

  begin();
  const timer = setInterval(() => { if (!document.hidden && admin) load().catch(() => {}); }, kEvery);
  return { close: () => clearInterval(timer), update: begin };
}
