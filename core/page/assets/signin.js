// Signing in with a key of the gateway, or with the link of `agm page`.
import { change } from "./api.js";
import { copyable, el } from "./dom.js";

export function open(main, done) {
  const key = el("input", { type: "password", name: "key", required: true, autocomplete: "current-password", spellcheck: "false" });
  const answer = el("p", { role: "alert", class: "bad" });
  const send = el("button", { class: "main" }, "Sign in");
  const form = el("form", { class: "form" }, el("label", { class: "wide" }, "Key of this gateway", key), send, answer);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    send.disabled = true;
    try {
      await change("POST", "session", { key: key.value.trim() });
      done();
    } catch (error) {
      answer.textContent = error.message;
      key.select();
    }
    send.disabled = false;
  });
  main.replaceChildren(el("section", { class: "card welcome" }, el("h1", {}, "Sign in"),
    el("p", {}, "This gateway asks for a key. It needs the scope ", el("code", {}, "read"), " or ", el("code", {}, "admin"), "; ", el("code", {}, "proxy.api_key"), " has both."),
    form, el("p", {}, "Or, on the gateway's machine: ", copyable("agm page"))));
  key.focus();
}

// Uses the token of "#t=TOKEN" once, and takes it out of the address.
export async function useLink() {
  const token = /^#t=([A-Za-z0-9]+)$/.exec(location.hash)?.[1];
  if (!token) return;
  history.replaceState(null, "", "/agm/#/");
  await change("POST", "session", { token }).catch(() => {});
}
