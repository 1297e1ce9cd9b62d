#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"
#include "core/cluster/link.h"
#include "core/cluster/reply.h"

namespace agm::cluster {

/// A node's entry about itself in the hash PREFIX{nodes}:list; the field is the node's
/// instance. A node renews its entry every two seconds, and removes it when it stops.
struct Node {
  std::string name;
  std::string version;
  std::int64_t started = 0;  ///< milliseconds of the server's clock, as `seen`
  std::int64_t seen = 0;
  std::int64_t round_trip_us = 0;
  std::int64_t lag_ms = 0;
  std::int64_t connections = 0;
  std::int64_t commands = 0;
  std::int64_t changes = 0;
  std::int64_t missed = 0;
  std::int64_t waiting = 0;
};

/// The hash's name, after the prefix.
inline constexpr std::string_view kNodesKey = "{nodes}:list";

/// An entry that was not renewed for this long belongs to a node that is gone.
inline constexpr Duration kNodeGone{15'000};
/// After this long without a renewal the node has lost the server, or is gone.
inline constexpr Duration kNodeSilent{5'000};

Node NodeOf(const LinkStatus& status, WallTime started, WallTime now);
std::string WriteNode(const Node& node);
std::optional<Node> ReadNode(std::string_view json);
/// The nodes of the whole hash (the reply to HGETALL) that are not gone at `now`, by name.
std::vector<Node> NodesOf(const Reply& entries, WallTime now);
/// The time since the node renewed its entry.
inline Duration SilenceOf(const Node& node, WallTime now) {
  return now.time_since_epoch() - Duration(node.seen);
}
inline bool IsSilent(const Node& node, WallTime now) { return SilenceOf(node, now) >= kNodeSilent; }
/// Writes what users are told of a node, as in `agm cluster status --json`.
Json Describe(const Node& node, WallTime now);

}  // namespace agm::cluster
