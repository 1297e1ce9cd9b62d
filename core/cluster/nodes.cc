#include "core/cluster/nodes.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/json_doc.h"
#include "core/base/json_writer.h"
#include "core/base/utf8.h"
#include "core/base/version.h"

namespace agm::cluster {
namespace {

/// The numbers of an entry with their names.
constexpr std::array<std::pair<std::string_view, std::int64_t Node::*>, 9> kNumbers = {{
    {"started", &Node::started},
    {"seen", &Node::seen},
    {"round_trip_us", &Node::round_trip_us},
    {"lag_ms", &Node::lag_ms},
    {"connections", &Node::connections},
    {"commands", &Node::commands},
    {"changes", &Node::changes},
    {"missed", &Node::missed},
    {"waiting", &Node::waiting},
}};

}  // namespace

Node NodeOf(const LinkStatus& status, WallTime started, WallTime now) {
  Node node;
  node.name = status.node;
  node.version = Version();
  node.started = started.time_since_epoch().count();
  node.seen = now.time_since_epoch().count();
  node.round_trip_us = status.round_trip.count();
  node.lag_ms = status.lag.count();
  node.connections = static_cast<std::int64_t>(status.connections);
  node.commands = static_cast<std::int64_t>(status.commands);
  node.changes = static_cast<std::int64_t>(status.changes);
  node.missed = static_cast<std::int64_t>(status.missed);
  node.waiting = static_cast<std::int64_t>(status.waiting);
  return node;
}

std::string WriteNode(const Node& node) {
  std::string text;
  JsonWriter json(text);
  json.Object().Key("node").String(ToUtf8(node.name)).Key("version").String(node.version);
  for (const auto& [name, at] : kNumbers) json.Key(name).Int(node.*at);
  json.EndObject();
  return text;
}

std::optional<Node> ReadNode(std::string_view json) {
  const auto doc = JsonDoc::Parse(json);
  if (!doc) return std::nullopt;
  const JsonView root = doc->root();
  Node node;
  node.name = root["node"].text();
  node.version = root["version"].text();
  for (const auto& [name, at] : kNumbers) node.*at = root[name].integer().value_or(0);
  return node;
}

std::vector<Node> NodesOf(const Reply& entries, WallTime now) {
  const std::int64_t time = now.time_since_epoch().count();
  std::vector<Node> nodes;
  for (std::size_t i = 0; i + 1 < entries.items.size(); i += 2) {
    auto node = ReadNode(entries.items[i + 1].text);
    if (node && time - node->seen < kNodeGone.count()) nodes.push_back(*std::move(node));
  }
  std::ranges::sort(nodes, {}, &Node::name);
  return nodes;
}

Json Describe(const Node& node, WallTime now) {
  return {{"node", node.name},
          {"version", node.version},
          {"up_seconds", (now.time_since_epoch().count() - node.started) / 1000},
          {"state", IsSilent(node, now) ? "silent" : "connected"},
          {"silent_seconds", std::max<std::int64_t>(SilenceOf(node, now).count() / 1000, 0)},
          {"round_trip_us", node.round_trip_us},
          {"lag_ms", node.lag_ms},
          {"reconnections", std::max<std::int64_t>(node.connections - 1, 0)},
          {"commands", node.commands},
          {"changes", node.changes},
          {"missed", node.missed},
          {"waiting_writes", node.waiting}};
}

}  // namespace agm::cluster
