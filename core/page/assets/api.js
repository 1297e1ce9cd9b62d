// Talks to the gateway. A request that changes something carries the header that other sites cannot
// send.

export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function read(response) {
  const body = await response.json().catch(() => ({}));
  if (response.ok) return body;
  throw new Refused(response.status, body.error?.message ?? `The gateway answered ${response.status}.`);
}

// get("requests", { limit: 50 }) reads /agm/requests?limit=50
export async function get(path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== "" && value !== undefined);
  const text = given.length > 0 ? `?${new URLSearchParams(given)}` : "";
  return read(await fetch(`/agm/${path}${text}`, { cache: "no-store" }));
}

export async function change(method, path, body = {}) {
  return read(await fetch(`/agm/${path}`, {
    method,
    headers: { "Content-Type": "application/json", "X-Agm": "1" },
    body: JSON.stringify(body),
  }));
}

export const kZone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
