#include "core/cluster/shared_counts.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "core/base/json_doc.h"
#include "core/base/json_writer.h"
#include "core/base/utf8.h"
#include "core/cluster/count_script.h"

namespace agm::cluster {
namespace {

using namespace std::chrono_literals;
using store::Claim;
using store::Question;
using store::Share;
using store::Shares;
using store::Verdict;

// Five times the pause between two tellings.
constexpr Duration kAlive = 10s;
// A request that begins or ends sooner after a message is told with the next one, or by Renew.
constexpr Duration kOften = 250ms;

std::string ClaimsOf(const Question& question) {
  std::string text;
  JsonWriter json(text);
  json.Array();
  for (const Claim& claim : question.claims) {
    json.Array().String(claim.counter).Int(claim.window.time_since_epoch().count());
    json.Int(claim.amount).Int(claim.limit.value_or(-1)).Int(claim.alone_fits ? 1 : 0).EndArray();
  }
  json.EndArray();
  return text;
}

/// nullopt if the server refused, or said something else.
std::optional<Verdict> VerdictOf(std::size_t claims, const Reply& reply) {
  if (!reply.is(Reply::Kind::kList) || reply.items.size() != 1 + 3 * claims) return std::nullopt;
  Verdict verdict;
  const std::int64_t full = reply.items.front().number;
  if (full > 0) verdict.full = static_cast<std::size_t>(full - 1);
  for (std::size_t i = 0; i < claims; ++i) {
    const std::int64_t room = reply.items[3 * i + 3].number;
    verdict.counters.push_back({reply.items[3 * i + 1].number,
                                Duration(reply.items[3 * i + 2].number),
                                room < 0 ? std::nullopt : std::optional(Duration(room))});
  }
  return verdict;
}

/// The requests in progress on the machines that are alive; forgets those that are not.
template <class Running>
std::int64_t RunningOf(std::map<std::string, Running>& by_instance, TimePoint now) {
  std::erase_if(by_instance, [&](const auto& each) {
    return each.second.requests == 0 || now - each.second.at >= kAlive;
  });
  std::int64_t sum = 0;
  for (const auto& [instance, running] : by_instance) sum += running.requests;
  return sum;
}

bool LacksScript(const Reply& reply) {
  return reply.is(Reply::Kind::kRefusal) && reply.text.starts_with("NOSCRIPT");
}

}  // namespace

SharedCounts::SharedCounts(Link& link, Clock& clock, std::string machine)
    : link_(link), clock_(clock), machine_(std::move(machine)) {}

store::OthersRequests SharedCounts::Follow(const std::string& group,
                                           store::Participant participant) {
  {
    auto groups = groups_.Lock();
    (*groups)[group].participant = std::move(participant);
  }
  const TimePoint now = clock_.Now();
  auto heard = heard_.Lock();
  Heard& of = (*heard)[group];
  const std::int64_t begun = of.begun.Sum(now);
  of.begun.Clear();
  return {begun, RunningOf(of.running, now), now + kAlive};
}

std::optional<std::vector<Verdict>> SharedCounts::Try(const std::vector<Question>& questions) {
  if (!link_.connected()) return std::nullopt;
  const auto ask = [&](const std::string& sha) {
    std::vector<Command> commands;
    for (const Question& question : questions) commands.push_back(CommandOf(question, sha));
    return link_.Ask(std::move(commands));
  };
  auto replies = ask(sha_.Copy());
  if (replies && std::ranges::any_of(*replies, LacksScript)) replies = ask({});
  if (!replies) return std::nullopt;
  std::vector<Verdict> verdicts;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    auto verdict = VerdictOf(questions[i].claims.size(), (*replies)[i]);
    if (!verdict) return std::nullopt;
    verdicts.push_back(*std::move(verdict));
  }
  for (const Question& question : questions) Touched(question.group);
  return verdicts;
}

void SharedCounts::Changed(const std::string& group) {
  Touched(group);
  // Without the script on the server, the link sends the command again, and then with the script.
  link_.Write(
      "count/" + group, [this, group] { return Tell(group); },
      [this](const Reply& reply) {
        if (LacksScript(reply)) sha_.Set({});
      });
}

void SharedCounts::Touched(const std::string& group) {
  auto groups = groups_.Lock();
  const auto found = groups->find(group);
  if (found != groups->end()) found->second.active = true;
}

void SharedCounts::Announce(const std::string& group, std::int64_t begun) {
  if (!link_.connected()) return;
  const TimePoint now = clock_.Now();
  {
    auto news = news_.Lock();
    news->begun[group] += begun;
    if (now - news->announced < kOften) return;
    news->announced = now;
  }
  WriteNews();
}

void SharedCounts::WriteNews() {
  link_.Write("news", [this] { return TakeNews(); });
}

/// The link's thread calls this when it sends the command.
Command SharedCounts::TakeNews() {
  std::map<std::string, std::int64_t> begun;
  {
    auto news = news_.Lock();
    begun.swap(news->begun);
  }
  if (begun.empty()) return {};
  std::set<std::string> running;
  std::string text;
  JsonWriter json(text);
  json.Object().Key("from").String(link_.instance()).Key("groups").Object();
  for (const auto& [group, requests] : begun) {
    const auto participant = Find(group);
    if (!participant || !participant->running) continue;
    const std::int64_t in_progress = participant->running();
    if (in_progress > 0) running.insert(group);
    json.Key(ToUtf8(group)).Object().Key("begun").Int(requests);
    json.Key("running").Int(in_progress).EndObject();
  }
  json.EndObject().EndObject();
  {
    auto news = news_.Lock();
    for (const auto& [group, requests] : begun) news->running.erase(group);
    news->running.merge(running);
  }
  return {"PUBLISH", link_.place().channel(), link_.Announcement("counts", text)};
}

void SharedCounts::Hear(std::string_view news) {
  const auto doc = JsonDoc::Parse(news);
  if (!doc) return;
  const std::string from = doc->root()["from"].text();
  for (const JsonMember group : doc->root()["groups"].members()) {
    HearOf(group.key.text(), from, group.value["begun"].integer().value_or(0),
           group.value["running"].integer().value_or(0));
  }
}

void SharedCounts::HearOf(const std::string& group, const std::string& from, std::int64_t begun,
                          std::int64_t running) {
  const TimePoint now = clock_.Now();
  const auto participant = Find(group);
  store::OthersRequests others{begun, 0, now + kAlive};
  {
    auto heard = heard_.Lock();
    Heard& of = (*heard)[group];
    of.running[from] = {running, now};
    others.running = RunningOf(of.running, now);
    if (!participant) of.begun.Count(now, begun);
  }
  if (participant && participant->hear) participant->hear(others);
}

void SharedCounts::ForgetOld() {
  const TimePoint now = clock_.Now();
  auto heard = heard_.Lock();
  for (auto each = heard->begin(); each != heard->end();) {
    Heard& of = each->second;
    const bool old = RunningOf(of.running, now) == 0 && of.begun.Sum(now) == 0;
    each = old ? heard->erase(each) : std::next(each);
  }
}

Result<void> SharedCounts::Join(const AskServer& ask) {
  const auto replies = ask({{"SCRIPT", "LOAD", std::string(kTry)}});
  if (!replies) return replies.error();
  const Reply& loaded = replies->front();
  sha_.Set(loaded.is(Reply::Kind::kText) ? loaded.text : std::string());
  std::vector<std::string> all;
  {
    auto groups = groups_.Lock();
    for (const auto& [group, state] : *groups) all.push_back(group);
  }
  for (const std::string& group : all) Changed(group);
  auto news = news_.Lock();
  news->begun.clear();  // these requests began before this connection
  for (const std::string& group : news->running) news->begun.emplace(group, 0);
  return {};
}

// Tells again what this machine holds, and what changed without being told at once.
void SharedCounts::Renew() {
  {
    auto news = news_.Lock();
    for (const std::string& group : news->running) news->begun.try_emplace(group, 0);
  }
  WriteNews();
  ForgetOld();
  std::map<std::string, Group> active;
  {
    auto groups = groups_.Lock();
    for (auto& [group, state] : *groups) {
      if (std::exchange(state.active, false)) active.emplace(group, state);
    }
  }
  for (const auto& [group, state] : active) {
    const Shares shares = state.participant.read(clock_.Now(), clock_.Wall());
    if (shares.HoldsSomething() || shares.version != state.told) Changed(group);
  }
}

Command SharedCounts::CommandOf(const Question& question, const std::string& sha) const {
  return {sha.empty() ? "EVAL" : "EVALSHA",
          sha.empty() ? std::string(kTry) : sha,
          "1",
          KeyOf(question.group),
          OwnerOf(question.after),
          link_.instance(),
          std::to_string(question.after.version),
          StateOf(question.before),
          StateOf(question.after),
          std::to_string(question.after.kept.count()),
          std::to_string(kAlive.count()),
          ClaimsOf(question)};
}

std::optional<store::Participant> SharedCounts::Find(const std::string& group) {
  auto groups = groups_.Lock();
  const auto found = groups->find(group);
  if (found == groups->end()) return std::nullopt;
  return found->second.participant;
}

/// Tells the server what this machine uses. The link's thread calls this when it sends the command.
Command SharedCounts::Tell(const std::string& group) {
  const auto participant = Find(group);
  if (!participant) return {};
  Question question{group, participant->read(clock_.Now(), clock_.Wall()), {}, {}};
  {
    auto groups = groups_.Lock();
    Group& state = (*groups)[group];
    if (question.before.counters.empty() && state.told == 0) return {};
    state.told = question.before.version;
  }
  question.after = question.before;
  return CommandOf(question, sha_.Copy());
}

/// group := owner ["/" part]
std::string SharedCounts::KeyOf(std::string_view group) const {
  const std::size_t slash = group.starts_with("key:") ? group.npos : group.find('/');
  std::string key = link_.Key("{" + std::string(group.substr(0, slash)) + "}:counts");
  if (slash != group.npos) key.append(":").append(group.substr(slash + 1));
  return key;
}

std::string SharedCounts::StateOf(const Shares& shares) const {
  std::string text;
  JsonWriter json(text);
  json.Object();
  for (const Share& share : shares.counters) {
    json.Key(share.counter).Object();
    if (!share.seconds.empty()) {
      json.Key("s").Int(SecondOf(shares.at)).Key("m").Array();
      for (const std::int64_t amount : share.seconds) json.Int(amount);
      json.EndArray();
    }
    if (share.spent != 0) {
      json.Key("w").Int(share.window.time_since_epoch().count()).Key("n").Int(share.spent);
    }
    if (share.held != 0) json.Key("h").Int(share.held);
    json.EndObject();
  }
  json.EndObject();
  return text;
}

// The server's second in which this machine's second of `at` ends, so that nothing expires early.
std::int64_t SharedCounts::SecondOf(TimePoint at) const {
  const auto end = std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()) + 1s;
  const auto ahead = TimePoint(end) - clock_.Now();
  const auto on_server = link_.server_clock().Now().time_since_epoch() + ahead - 1ms;
  return std::chrono::floor<std::chrono::seconds>(on_server).count();
}

}  // namespace agm::cluster
