// What states and reasons mean, and what a person can do about them.

// {key} stands for how to get a key, {billing} for where to see the billing, {} for the account's name.
const kNewKey = "{key} and give it:";
const kReasons = {
  minute_quota: ["out of this minute's quota"],
  day_quota: ["out of today's quota", "for more quota, add a key of another project:", "agm accounts add"],
  no_quota: ["the project's tier has no quota", "enable billing for the project, or use another model"],
  shared_limit: ["rate limited"],
  shared_capacity: ["Vertex AI has no free capacity"],
  model_overloaded: ["the model is overloaded"],
  spend_cap: ["the project's spending cap is reached", "{billing}, then:", "agm accounts check {}"],
  no_credit: ["the prepaid credit is used up", "{billing}, then:", "agm accounts check {}"],
  bad_key: ["the key is refused", kNewKey, "agm accounts add {}"],
  unauthenticated: ["the credential is refused", kNewKey, "agm accounts add {}"],
  blocked: ["the key or its project is blocked", kNewKey, "agm accounts add {}"],
  not_enabled: ["the API is not enabled for the key's project", "this shows the link that enables it:", "agm accounts check {}"],
  location: ["the upstream does not serve the API at this machine's location", "set proxy.upstream_proxy, or use a paid key or Vertex AI"],
  unknown_model: ["no access to the model"],
  internal: ["the upstream failed"],
  unavailable: ["the upstream is unavailable"],
  network: ["the upstream cannot be reached", "this tries it:", "agm accounts check {}"],
  garbage: ["the upstream's answers are unusable"],
};

export const reasonWords = (reason) => kReasons[reason]?.[0] ?? reason;

// "The key is refused."
export function sentence(text) {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?:"”]$/.test(begun) ? begun : `${begun}.`;
}

// count(1, "request") is "1 request", count(2, "request") is "2 requests".
export const count = (number, noun, more = `${noun}s`) => `${number.toLocaleString("en")} ${number === 1 ? noun : more}`;

// { text, command } or null, for an account as /agm/accounts lists it
export function remedy(reason, account) {
  const [, text, command] = kReasons[reason] ?? [];
  if (!text) return null;
  const page = account.key_page.replace("https://", "");
  const key = page === "" ? "create another key" : `create a key at ${page}`;
  const billing = page === "" ? "see the billing settings of the upstream" : `see Billing in ${page.split("/")[0]}`;
  return { text: text.replace("{key}", key).replace("{billing}", billing), command: command?.replace("{}", account.name) };
}

// An account whose models alone cool down still serves the others.
export function stateKind(account) {
  return account.state === "ready" && account.cooldowns.length > 0 ? "cooling" : account.state;
}

export function stateWords(account) {
  const resting = account.cooldowns.filter((rest) => rest.model !== "").length;
  const serves = account.state === "ready" || account.state === "cooling";
  if (serves && resting > 0 && resting === account.cooldowns.length) return `ready, ${count(resting, "model")} cooling down`;
  return account.state === "cooling" ? "cooling down" : account.state;
}

// The shape beside a state: never colour alone.
export const mark = (state) => ({ ready: "●", cooling: "◐", quarantined: "▲", disabled: "○" })[state] ?? "·";
