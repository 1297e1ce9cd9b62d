#include "core/page/sessions.h"

#include <algorithm>
#include <utility>

#include "core/base/digest.h"
#include "core/base/random.h"

namespace agm::page {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostSessions = 16;
constexpr std::size_t kMostTokens = 16;
constexpr std::size_t kMostAddresses = 1024;
constexpr std::size_t kMostWrongTries = 5;
constexpr auto kIdle = 12h;
constexpr auto kLongest = 7 * 24h;
constexpr auto kTokenLife = 60s;
constexpr auto kTryWindow = 60s;
constexpr std::size_t kSecretLength = 43;  ///< letters and digits: 256 bits

std::string DigestOf(std::string_view secret) {
  Digest digest;
  digest.Add(secret);
  return digest.Hex();
}

/// Removes the entry that is the oldest by `member` while the map holds `most` or more.
template <class Map, class Member>
void MakeRoom(Map& map, std::size_t most, Member member) {
  while (map.size() >= most) {
    map.erase(
        std::ranges::min_element(map, {}, [&](const auto& entry) { return entry.second.*member; }));
  }
}

}  // namespace

std::string Sessions::Begin(Secret key) {
  std::string cookie = RandomId(kSecretLength);
  const TimePoint now = clock_.Now();
  auto state = state_.Lock();
  Tidy(*state);
  MakeRoom(state->sessions, kMostSessions, &Session::used);
  state->sessions[DigestOf(cookie)] = {std::move(key), now, now};
  return cookie;
}

std::optional<Secret> Sessions::Find(std::string_view cookie) {
  if (cookie.empty()) return std::nullopt;
  auto state = state_.Lock();
  Tidy(*state);
  const auto found = state->sessions.find(DigestOf(cookie));
  if (found == state->sessions.end()) return std::nullopt;
  found->second.used = clock_.Now();
  return found->second.key;
}

void Sessions::End(std::string_view cookie) {
  auto state = state_.Lock();
  state->sessions.erase(DigestOf(cookie));
}

std::string Sessions::NewToken(Secret key) {
  std::string token = RandomId(kSecretLength);
  auto state = state_.Lock();
  Tidy(*state);
  MakeRoom(state->tokens, kMostTokens, &Token::made);
  state->tokens[DigestOf(token)] = {std::move(key), clock_.Now()};
  return token;
}

std::optional<Secret> Sessions::UseToken(std::string_view token) {
  auto state = state_.Lock();
  Tidy(*state);
  const auto found = state->tokens.find(DigestOf(token));
  if (found == state->tokens.end()) return std::nullopt;
  Secret key = std::move(found->second.key);
  state->tokens.erase(found);
  return key;
}

bool Sessions::MayTry(const std::string& address) {
  auto state = state_.Lock();
  Tidy(*state);
  const auto found = state->wrong_tries.find(address);
  return found == state->wrong_tries.end() || found->second.size() < kMostWrongTries;
}

void Sessions::CountWrong(const std::string& address) {
  auto state = state_.Lock();
  if (state->wrong_tries.size() >= kMostAddresses) state->wrong_tries.clear();
  state->wrong_tries[address].push_back(clock_.Now());
}

void Sessions::Tidy(State& state) const {
  const TimePoint now = clock_.Now();
  std::erase_if(state.sessions, [&](const auto& entry) {
    return now - entry.second.used >= kIdle || now - entry.second.began >= kLongest;
  });
  std::erase_if(state.tokens,
                [&](const auto& entry) { return now - entry.second.made >= kTokenLife; });
  for (auto& [address, tries] : state.wrong_tries) {
    std::erase_if(tries, [&](TimePoint at) { return now - at >= kTryWindow; });
  }
  std::erase_if(state.wrong_tries, [](const auto& entry) { return entry.second.empty(); });
}

std::string_view ReadCookie(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    std::string_view pair = header.substr(0, header.find(';'));
    header.remove_prefix(std::min(pair.size() + 1, header.size()));
    pair.remove_prefix(std::min(pair.find_first_not_of(" \t"), pair.size()));
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=') {
      return pair.substr(name.size() + 1);
    }
  }
  return {};
}

}  // namespace agm::page
