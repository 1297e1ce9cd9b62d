#include "core/cluster/shared_rows.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <utility>

namespace agm::cluster {
namespace {

using namespace std::chrono_literals;

constexpr Duration kReadBack = 1h;  // by a node that has just started
constexpr Duration kKept = 24h;     // the stream, after its last entry
constexpr std::size_t kPage = 1000;
constexpr std::size_t kLargestRow = 64U << 10U;
constexpr std::size_t kLargestText = 8U << 20U;

// KEYS: the stream. ARGV: kind, key, value, instance, channel, head of the message, expiry.
constexpr std::string_view kAdd = R"(
local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', '20000', '*',
                      'k', ARGV[1], 'i', ARGV[2], 'v', ARGV[3], 'n', ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[7])
redis.call('PUBLISH', ARGV[5],
           ARGV[6] .. id .. '\n' .. ARGV[1] .. '\n' .. #ARGV[2] .. '\n' .. ARGV[2] .. ARGV[3])
return 1)";

std::string_view Word(store::Copies::Kind kind) {
  switch (kind) {
    case store::Copies::Kind::kSignature:
      return "signature";
    case store::Copies::Kind::kResponse:
      return "response";
    case store::Copies::Kind::kTie:
      return "tie";
    case store::Copies::Kind::kResource:
      return "resource";
    case store::Copies::Kind::kHome:
      return "home";
  }
  return {};
}

std::string_view NextLine(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

/// The value of a field of a stream's entry: [name, value, name, value, ...].
std::string FieldOf(const Reply& fields, std::string_view name) {
  for (std::size_t i = 0; i + 1 < fields.items.size(); i += 2) {
    if (fields.items[i].text == name) return fields.items[i + 1].text;
  }
  return {};
}

}  // namespace

SharedRows::SharedRows(Link& link) : link_(link) { link.Follow("row", *this); }

void SharedRows::Announce(Kind kind, const std::string& key, const std::string& value) {
  if (value.size() > kLargestRow) return;
  const std::string word(Word(kind));
  link_.Write("row/" + word + "/" + key, [this, word, key, value] {
    return Command{"EVAL",
                   std::string(kAdd),
                   "1",
                   link_.Key("{rows}:log"),
                   word,
                   key,
                   value,
                   link_.instance(),
                   link_.place().channel(),
                   link_.Announcement("row", ""),
                   std::to_string(kKept.count())};
  });
}

void SharedRows::Follow(Kind kind, Receive receive) {
  receivers_[std::string(Word(kind))] = std::move(receive);
}

void SharedRows::Keep(const std::string& name, std::string text, Duration expiry) {
  if (text.size() > kLargestText) return;
  link_.Write("text/" + name,
              [key = TextKey(name), text = std::move(text), time = std::to_string(expiry.count())] {
                return Command{"SET", key, text, "PX", time};
              });
}

void SharedRows::Drop(const std::string& name) {
  link_.Write("text/" + name, [key = TextKey(name)] { return Command{"DEL", key}; });
}

std::optional<std::string> SharedRows::Find(const std::string& name) {
  auto replies = link_.Ask({{"GET", TextKey(name)}});
  if (!replies || !replies->front().is(Reply::Kind::kText)) return std::nullopt;
  return std::move(replies->front().text);
}

Result<void> SharedRows::Join(const AskServer& ask) {
  if (last_.empty()) {
    const WallTime since = link_.server_clock().Now() - kReadBack;
    last_ = std::to_string(since.time_since_epoch().count()) + "-0";
  }
  for (std::size_t read = kPage; read == kPage;) {
    const auto replies = ask(
        {{"XRANGE", link_.Key("{rows}:log"), "(" + last_, "+", "COUNT", std::to_string(kPage)}});
    if (!replies) return replies.error();
    const std::vector<Reply>& entries = replies->front().items;
    for (const Reply& entry : entries) {
      if (entry.items.size() != 2) continue;
      last_ = entry.items[0].text;
      const Reply& fields = entry.items[1];
      if (FieldOf(fields, "n") == link_.instance()) continue;
      Take(FieldOf(fields, "k"), FieldOf(fields, "i"), FieldOf(fields, "v"));
    }
    read = entries.size();
  }
  return {};
}

/// change := id LF kind LF length of the key LF key value
void SharedRows::Hear(std::string_view change) {
  const std::string_view id = NextLine(change);
  const std::string kind(NextLine(change));
  const std::string length(NextLine(change));
  const std::size_t size =
      std::min<std::size_t>(std::strtoul(length.c_str(), nullptr, 10), change.size());
  last_ = id;
  Take(kind, std::string(change.substr(0, size)), std::string(change.substr(size)));
}

void SharedRows::Take(const std::string& kind, const std::string& key,
                      const std::string& value) const {
  const auto receiver = receivers_.find(kind);
  if (receiver != receivers_.end()) receiver->second(key, value);
}

}  // namespace agm::cluster
