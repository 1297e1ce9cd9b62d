// How to point a client at this gateway, ready to paste, and when each was last seen.
import { get } from "./api.js";
import { copyable, el } from "./dom.js";
import { dateTime } from "./format.js";

// `program` begins the client's name in the log.
function recipes(origin, key) {
  return [
    { name: "Codex", program: "codex", run: "codex" },
    { name: "Claude Code", program: "claude-cli", run: "claude-code",
      lines: [`export ANTHROPIC_BASE_URL=${origin}`, `export ANTHROPIC_AUTH_TOKEN=${key}`] },
    { name: "Gemini CLI", program: "GeminiCLI", run: "gemini-cli",
      lines: [`export GOOGLE_GEMINI_BASE_URL=${origin}`, `export GEMINI_API_KEY=${key}`] },
    { name: "opencode", program: "opencode", run: "opencode" },
    { name: "Aider", program: "litellm", run: "aider",
      lines: [`export OPENAI_API_BASE=${origin}/v1`, `export OPENAI_API_KEY=${key}`, "aider --model openai/gemini-2.5-flash"] },
    { name: "Any program that uses OpenAI's API", program: "OpenAI",
      lines: [`export OPENAI_BASE_URL=${origin}/v1`, `export OPENAI_API_KEY=${key}`] },
    { name: "curl", program: "curl",
      lines: [`curl ${origin}/v1/models${key === "agm" ? "" : ` -H "Authorization: Bearer ${key}"`}`] }];
}

function card({ name, program, run, lines }) {
  const seen = el("span", { class: "quiet" });
  get("requests", { client: program, limit: 1 }).then(({ requests: [newest] }) => {
    if (newest) seen.replaceChildren("last seen ", el("time", { datetime: newest.time }, dateTime(newest.time)));
    else seen.textContent = "not seen yet";
  }).catch(() => {});
  return el("article", { class: "card client" }, el("div", { class: "head" }, el("h3", {}, name), seen),
    run ? el("p", {}, copyable(`agm run ${run}`), " ", el("span", { class: "quiet" }, "starts it, its settings untouched")) : null,
    lines ? [run ? el("p", { class: "quiet" }, "Or by its environment:") : null, copyable(lines.join("\n"))] : null);
}

export function open(main, { status }) {
  const key = status()?.visitor.signed_in ? "YOUR_KEY" : "agm";
  main.replaceChildren(el("h1", { class: "hidden" }, "Clients"),
    el("section", { class: "card" }, el("h2", {}, "Base URL"), el("p", {}, copyable(`${location.origin}/v1`)),
      el("p", { class: "quiet" }, key === "agm" ? "No key is asked for; clients that insist on one may send any text."
        : ["Clients send a key of the gateway as their API key. ", el("a", { href: "#/keys" }, "Make a key"), " for each of them."])),
    el("div", { class: "cards wide" }, recipes(location.origin, key).map(card)),
    el("p", { class: "quiet" }, "More clients, and the settings that each needs: ", copyable("agm clients")));
  return { close() {}, update() {} };
}
