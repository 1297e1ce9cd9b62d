// How to point a client at this gateway, ready to paste.
import { copyable, el } from "./dom.js";

function recipes(origin, key) {
  return [
    ["Any OpenAI client", [`export OPENAI_BASE_URL=${origin}/v1`, `export OPENAI_API_KEY=${key}`]],
    ["Codex", ["agm run codex"]],
    ["Claude Code", [`export ANTHROPIC_BASE_URL=${origin}`, `export ANTHROPIC_AUTH_TOKEN=${key}`]],
    ["Gemini CLI", [`export GOOGLE_GEMINI_BASE_URL=${origin}`, `export GEMINI_API_KEY=${key}`]],
    ["Aider", [`export OPENAI_API_BASE=${origin}/v1`, `export OPENAI_API_KEY=${key}`, "aider --model openai/gemini-2.5-flash"]],
    ["curl", [`curl ${origin}/v1/models${key === "agm" ? "" : ` -H "Authorization: Bearer ${key}"`}`]]];
}

export function open(main, { status }) {
  const key = status()?.visitor.signed_in ? "YOUR_KEY" : "agm";
  main.replaceChildren(el("h1", { class: "hidden" }, "Clients"),
    el("section", { class: "card" }, el("h2", {}, "Base URL"), el("p", {}, copyable(`${location.origin}/v1`)),
      el("p", { class: "quiet" }, key === "agm" ? "No key is asked for; clients that insist on one may send any text." : "Clients send one of the gateway's keys as their API key.")),
    el("div", { class: "cards" }, recipes(location.origin, key).map(([name, lines]) => el("article", { class: "card" },
      el("h3", {}, name), lines.map((line) => el("p", {}, copyable(line)))))));
  return { close() {}, update() {} };
}
