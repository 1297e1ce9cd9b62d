// The stream of finished requests. The browser connects again by itself after a restart.

export function follow({ row, lost, state }) {
  const source = new EventSource("/agm/requests/live");
  source.addEventListener("open", () => state("live"));
  source.addEventListener("error", () => state("reconnecting"));
  source.addEventListener("request", (event) => row(JSON.parse(event.data)));
  source.addEventListener("lost", (event) => lost(JSON.parse(event.data).rows));
  return () => source.close();
}
