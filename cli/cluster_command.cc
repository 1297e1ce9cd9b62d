#include "cli/cluster_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <vector>

#include "cli/cluster_server.h"
#include "cli/table.h"
#include "core/base/duration.h"
#include "core/cluster/nodes.h"
#include "core/cluster/reply.h"

namespace agm::cli {
namespace {

using cluster::Command;
using cluster::Reply;

constexpr int kPings = 20;

/// A line "name:value" of INFO; empty if there is none.
std::string InfoOf(std::string_view info, std::string_view name) {
  const std::string start = "\n" + std::string(name) + ":";
  const std::size_t at = info.find(start);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = info.substr(at + start.size());
  return std::string(rest.substr(0, rest.find_first_of("\r\n")));
}

std::int64_t NumberOf(std::string_view text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::int64_t ServerTime(const Reply& reply) {
  if (reply.items.size() != 2) return 0;
  return NumberOf(reply.items[0].text) * 1000 + NumberOf(reply.items[1].text) / 1000;
}

/// "Valkey 8.0.1", "Redis 7.0.15".
std::string VersionOf(std::string_view info) {
  const std::string valkey = InfoOf(info, "valkey_version");
  return valkey.empty() ? "Redis " + InfoOf(info, "redis_version") : "Valkey " + valkey;
}

/// The number of keys that begin with the prefix.
Result<std::int64_t> CountKeys(const ClusterServer& server) {
  std::int64_t count = 0;
  std::string cursor = "0";
  do {
    const auto replies =
        server.Ask({{"SCAN", cursor, "MATCH", server.place.prefix + "*", "COUNT", "1000"}});
    if (!replies) return replies.error();
    const Reply& scanned = replies->front();
    if (scanned.items.size() != 2) break;
    cursor = scanned.items[0].text;
    count += static_cast<std::int64_t>(scanned.items[1].items.size());
  } while (cursor != "0");
  return count;
}

struct Status {
  std::string server;
  std::string version;
  std::int64_t memory = 0;
  std::int64_t keys = 0;
  std::int64_t cooldowns = 0;
  std::int64_t now = 0;
  std::vector<cluster::Node> nodes;
};

Result<Status> StatusOf(const ClusterServer& server) {
  const auto replies =
      server.Ask({{"INFO"},
                  {"TIME"},
                  {"HGETALL", server.place.prefix + std::string(cluster::kNodesKey)},
                  {"HLEN", server.place.prefix + "{pool}:cooldowns"}});
  if (!replies) return replies.error();
  const auto keys = CountKeys(server);
  if (!keys) return keys.error();
  Status status;
  status.server = server.place.address.Shown();
  status.version = VersionOf((*replies)[0].text);
  status.memory = NumberOf(InfoOf((*replies)[0].text, "used_memory"));
  status.keys = *keys;
  status.cooldowns = (*replies)[3].number;
  status.now = ServerTime((*replies)[1]);
  status.nodes = cluster::NodesOf((*replies)[2], WallTime(Duration(status.now)));
  return status;
}

Json Document(const Status& status) {
  Json nodes = Json::array();
  for (const cluster::Node& node : status.nodes) {
    nodes.push_back(cluster::Describe(node, WallTime(Duration(status.now))));
  }
  return {{"server", status.server},       {"version", status.version},
          {"memory_bytes", status.memory}, {"keys", status.keys},
          {"cooldowns", status.cooldowns}, {"nodes", nodes}};
}

Cell StateOf(const cluster::Node& node, WallTime now) {
  if (!cluster::IsSilent(node, now)) return {"connected", Colour::kGreen};
  const auto seconds = std::chrono::floor<std::chrono::seconds>(cluster::SilenceOf(node, now));
  return {"silent for " + WriteDuration(seconds), Colour::kRed};
}

void Print(Io& io, const Status& status) {
  io.Print("server:    {} ({}), {:.1f} MB of memory\n", status.server, status.version,
           static_cast<double>(status.memory) / 1e6);
  io.Print("keys:      {}, cooldowns: {}\n\n", status.keys, status.cooldowns);
  if (status.nodes.empty()) return io.Print("no node is connected\n");
  Table table(
      {"NODE", "STATE", "VERSION", "UP", "ROUND TRIP", "LAG", "CHANGES", "MISSED", "WAITING"});
  for (const cluster::Node& node : status.nodes) {
    table.Add({node.name, StateOf(node, WallTime(Duration(status.now))), node.version,
               WriteDuration(Duration((status.now - node.started) / 1000 * 1000)),
               fmt::format("{:.2f} ms", static_cast<double>(node.round_trip_us) / 1e3),
               fmt::format("{} ms", node.lag_ms), std::to_string(node.changes),
               std::to_string(node.missed), std::to_string(node.waiting)});
  }
  table.Print(io);
}

/// One thing that `agm cluster check` tries.
struct Check {
  std::string name;
  bool good = false;
  std::string detail;
};

bool IsRecent(std::string_view info) {
  const std::string valkey = InfoOf(info, "valkey_version");
  const std::string text = valkey.empty() ? InfoOf(info, "redis_version") : valkey;
  const std::int64_t major = NumberOf(text);
  const std::size_t dot = text.find('.');
  const std::int64_t minor = dot == std::string::npos ? 0 : NumberOf(text.substr(dot + 1));
  return major > 6 || (major == 6 && minor >= 2);
}

std::string Words(const Reply& reply) {
  return reply.is(Reply::Kind::kRefusal) ? reply.text : "as expected";
}

Result<Check> CheckRoundTrip(const Context& context, const ClusterServer& server) {
  std::vector<double> times;
  for (int i = 0; i < kPings; ++i) {
    const TimePoint begin = context.clock().Now();
    if (auto answer = server.Ask({{"PING"}}); !answer) return answer.error();
    times.push_back(
        std::chrono::duration<double, std::milli>(context.clock().Now() - begin).count());
  }
  std::ranges::sort(times);
  const double most = times.back();
  return Check{"round trip", most < 20,
               fmt::format("{:.2f} ms, at most {:.2f} ms (requests wait at most 20 ms)",
                           times[times.size() / 2], most)};
}

Check CheckEviction(const Reply& reply) {
  const std::string policy = reply.items.size() == 2 ? reply.items[1].text : "";
  if (policy.empty()) return {"eviction", true, "not known: the server does not tell"};
  const bool good = policy == "noeviction" || policy.starts_with("volatile-");
  return {"eviction", good,
          "maxmemory-policy is " + policy +
              (policy == "noeviction" ? "" : "; noeviction keeps budgets exact")};
}

Check CheckClock(const Context& context, const Reply& time) {
  const std::int64_t apart = context.clock().Wall().time_since_epoch().count() - ServerTime(time);
  return {"clock", true,
          fmt::format("this machine's differs by {} ms; agm uses the server's", apart)};
}

Result<std::vector<Check>> CheckAll(const Context& context, const ClusterServer& server) {
  const std::string key = server.place.prefix + "{check}:" + std::to_string(kPings);
  const auto replies = server.Ask({{"INFO"},
                                   {"EVAL", "return redis.call('TIME')[1]", "0"},
                                   {"SET", key, "1", "PX", "1000"},
                                   {"PTTL", key},
                                   {"DEL", key},
                                   {"PUBLISH", server.place.prefix + "check", "1"},
                                   {"CONFIG", "GET", "maxmemory-policy"},
                                   {"TIME"}});
  if (!replies) return replies.error();
  const auto fine = [&](std::size_t i) { return !(*replies)[i].is(Reply::Kind::kRefusal); };
  const std::string& info = (*replies)[0].text;
  std::vector<Check> checks;
  checks.push_back({"connection", true, server.place.address.Shown()});
  checks.push_back({"version", IsRecent(info), VersionOf(info) + " (Valkey 7.2 or Redis 6.2)"});
  checks.push_back({"scripts", fine(1), Words((*replies)[1])});
  checks.push_back({"writes", fine(2), Words((*replies)[2])});
  checks.push_back({"expiry", (*replies)[3].number > 0, Words((*replies)[3])});
  checks.push_back({"messages", fine(5), Words((*replies)[5])});
  checks.push_back(CheckEviction((*replies)[6]));
  checks.push_back(CheckClock(context, (*replies)[7]));
  auto round_trip = CheckRoundTrip(context, server);
  if (!round_trip) return round_trip.error();
  checks.push_back(*std::move(round_trip));
  return checks;
}

void Print(Io& io, const std::vector<Check>& checks) {
  Table table({"CHECK", "RESULT", "DETAIL"});
  for (const Check& check : checks) {
    const Cell result(check.good ? "ok" : "failed", check.good ? Colour::kGreen : Colour::kRed);
    table.Add({check.name, result, check.detail});
  }
  table.Print(io);
}

}  // namespace

Result<void> RunClusterStatus(const Context& context, const ClusterOptions&) {
  const auto server = ConnectToCluster(context);
  if (!server) return server.error();
  const auto status = StatusOf(*server);
  if (!status) return status.error();
  if (context.json()) {
    context.io().PrintJson(Document(*status));
  } else {
    Print(context.io(), *status);
  }
  return {};
}

Result<void> RunClusterCheck(const Context& context, const ClusterOptions&) {
  const auto server = ConnectToCluster(context);
  if (!server) return server.error();
  const auto checks = CheckAll(context, *server);
  if (!checks) return checks.error();
  const auto failed = std::ranges::count(*checks, false, &Check::good);
  if (context.json()) {
    Json all = Json::array();
    for (const Check& check : *checks) {
      all.push_back({{"name", check.name}, {"ok", check.good}, {"detail", check.detail}});
    }
    context.io().PrintJson({{"ok", failed == 0}, {"checks", all}});
  } else {
    Print(context.io(), *checks);
  }
  if (failed == 0) return {};
  return Fail(ErrorCode::kUpstreamRejected, "{} of {} checks failed: the server is not fit for it",
              failed, checks->size());
}

void AddCluster(Commands at) {
  Commands group = at.Group("cluster", "Look at the server that several machines share");
  group.Footer(Examples({{"See the nodes", "agm cluster status"},
                         {"Try the server before the first start", "agm cluster check"}}));
  group
      .Command("status", "Show the nodes, their lag, and the server's keys and memory",
               std::make_shared<ClusterOptions>(), Run<ClusterOptions>(RunClusterStatus))
      .Footer(Examples({{"See the nodes", "agm cluster status"},
                        {"Read it with a program", "agm cluster status --json"}}));
  group
      .Command("check", "Check that the server is fit for a cluster",
               std::make_shared<ClusterOptions>(), Run<ClusterOptions>(RunClusterCheck))
      .Footer(Examples({{"Try the server before the first start", "agm cluster check"}}));
}

}  // namespace agm::cli
