// What states and reasons mean, and what a person can do about them.

const kNewKey = "create a key at aistudio.google.com/apikey and give it:";
const kReasons = {
  minute_quota: ["out of this minute's quota"],
  day_quota: ["out of today's quota", "for more quota, add a key of another project:", "agm accounts add"],
  no_quota: ["the project's tier has no quota", "enable billing for the project, or use another model"],
  shared_limit: ["rate limited"],
  shared_capacity: ["Vertex AI has no free capacity"],
  model_overloaded: ["the model is overloaded"],
  spend_cap: ["the project's spending cap is reached", "see Billing in aistudio.google.com, then:", "agm accounts check {}"],
  no_credit: ["the prepaid credit is used up", "see Billing in aistudio.google.com, then:", "agm accounts check {}"],
  bad_key: ["the key is refused", kNewKey, "agm accounts add {}"],
  unauthenticated: ["the credential is refused", kNewKey, "agm accounts add {}"],
  blocked: ["the key or its project is blocked", kNewKey, "agm accounts add {}"],
  not_enabled: ["the API is not enabled for the key's project", "this shows the link that enables it:", "agm accounts check {}"],
  location: ["Google does not serve the API at this machine's location", "set proxy.upstream_proxy, or use a paid key or Vertex AI"],
  unknown_model: ["no access to the model"],
  internal: ["the upstream failed"],
  unavailable: ["the upstream is unavailable"],
  network: ["the upstream cannot be reached", "this tries it:", "agm accounts check {}"],
  garbage: ["the upstream's answers are unusable"],
};

export const reasonWords = (reason) => kReasons[reason]?.[0] ?? reason;

// { text, command } or null
export function remedy(reason, account) {
  const [, text, command] = kReasons[reason] ?? [];
  if (!text) return null;
  return { text, command: command?.replace("{}", account) };
}

export function stateWords(account) {
  if (account.state === "cooling") {
    const models = account.cooldowns.filter((rest) => rest.model !== "");
    if (models.length > 0 && models.length === account.cooldowns.length) {
      return `ready, ${models.length} model${models.length === 1 ? "" : "s"} cooling down`;
    }
    return "cooling down";
  }
  return account.state;
}

// The shape beside a state: never colour alone.
export const mark = (state) => ({ ready: "●", cooling: "◐", quarantined: "▲", disabled: "○" })[state] ?? "·";
