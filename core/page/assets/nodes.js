// The nodes of a cluster, and whether this one is connected with the others.
import { el, foreign } from "./dom.js";
import { milliseconds, until, whole } from "./format.js";
import { count, sentence } from "./words.js";

function card(node, own) {
  const facts = [["Up", until(Date.now() + node.up_seconds * 1000)], ["Round trip", milliseconds(node.round_trip_us / 1000)],
    ["Lag", milliseconds(node.lag_ms)], ["Waiting writes", whole(node.waiting_writes)],
    ["Late answers", whole(node.missed)], ["Version", node.version]];
  return el("article", { class: "card node" },
    el("div", { class: "head" }, el("h3", {}, foreign(node.node)), node.node === own ? el("span", { class: "badge" }, "this node") : null),
    el("dl", { class: "facts three" }, facts.map(([term, value]) => el("div", {}, el("dt", {}, term), el("dd", {}, foreign(value))))));
}

function alone(cluster) {
  return el("div", { class: "notice cooling" }, el("strong", {}, "▲ This node works alone"), ": ", foreign(sentence(cluster.why)),
    " It goes on with the state that it has, and connects again by itself.");
}

// Nothing for a gateway that works without others.
export function nodesOf(cluster) {
  if (!cluster) return null;
  return [el("h2", {}, cluster.nodes.length > 0 ? count(cluster.nodes.length, "node") : "Nodes"),
    cluster.state === "connected" ? null : alone(cluster),
    el("div", { class: "cards" }, cluster.nodes.map((node) => card(node, cluster.node)))];
}
