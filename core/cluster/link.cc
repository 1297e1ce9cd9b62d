#include "core/cluster/link.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/base/random.h"
#include "core/cluster/nodes.h"

namespace agm::cluster {
namespace {

using namespace std::chrono_literals;

constexpr Duration kMeeting = 1s;      // for connecting, and for each step of reading the state
constexpr Duration kHeartbeat = 30ms;  // so that a silent server is noticed within 100 ms
constexpr Duration kPing = 1s;         // on the channel's connection
constexpr Duration kRetry = 1s;        // for writes that the server refused
constexpr Duration kIntroduce = 2s;
constexpr Duration kNodesKept = 1h;  // the list, after the last node is gone
constexpr Duration kFarewell = 500ms;
constexpr Duration kFirstPause = 50ms;
constexpr Duration kLongestPause = 2s;

Error Alone(const std::string& why) {
  return Fail(ErrorCode::kUpstreamUnavailable, "no link to the cluster's server: {}", why);
}

std::int64_t NumberIn(std::string_view text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// Cuts off the part before the next line break.
std::string_view NextLine(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

}  // namespace

std::string_view NameOf(LinkState state) {
  switch (state) {
    case LinkState::kAlone:
      return "alone";
    case LinkState::kHindered:
      return "hindered";
    case LinkState::kConnected:
      return "connected";
  }
  return "alone";
}

/// Commands of one caller, who waits for the replies.
struct Link::Question {
  std::vector<Command> commands;
  std::mutex mutex;
  std::condition_variable answered;
  std::vector<Reply> replies;  ///< complete when there is one for each command
  bool lost = false;

  void Add(Reply reply) {
    std::lock_guard lock(mutex);
    replies.push_back(std::move(reply));
    if (replies.size() == commands.size()) answered.notify_one();
  }
  void Lose() {
    std::lock_guard lock(mutex);
    lost = true;
    answered.notify_one();
  }
};

Link::Link(Place place, Clock& clock, Turned turned, Patience patience)
    : place_(std::move(place)),
      clock_(clock),
      turned_(std::move(turned)),
      patience_(patience),
      instance_(RandomId(12)),
      server_clock_(clock) {
  status_.server = place_.address.Shown();
  status_.node = place_.node;
  status_.why = "not connected yet";
}

Link::~Link() { Stop(); }

void Link::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  turned_or_stopped_.notify_all();
  wake_.Signal();
  if (thread_.joinable()) thread_.join();
}

void Link::AwaitConnected(Duration patience) {
  std::unique_lock lock(mutex_);
  turned_or_stopped_.wait_for(lock, patience,
                              [this] { return status_.state == LinkState::kConnected; });
}

void Link::Follow(std::string topic, Follower& follower) {
  followers_.emplace(std::move(topic), &follower);
}

void Link::Start() {
  thread_ = std::thread([this] { Run(); });
}

Result<std::vector<Reply>> Link::Ask(std::vector<Command> commands, Duration patience) {
  auto question = std::make_shared<Question>();
  question->commands = std::move(commands);
  {
    std::lock_guard lock(mutex_);
    if (status_.state != LinkState::kConnected) return Alone(status_.why);
    asked_.push_back(question);
  }
  wake_.Signal();
  {
    std::unique_lock lock(question->mutex);
    question->answered.wait_for(lock, patience, [&] {
      return question->lost || question->replies.size() == question->commands.size();
    });
    if (question->replies.size() == question->commands.size()) return std::move(question->replies);
  }
  std::lock_guard lock(mutex_);
  ++status_.missed;
  return Fail(ErrorCode::kTimeout, "the cluster's server did not answer within {} ms",
              patience.count());
}

void Link::Write(const std::string& key, Outbox::Make make, Outbox::Heard heard) {
  {
    std::lock_guard lock(mutex_);
    outbox_.Put(key, std::move(make), std::move(heard));
    if (status_.state == LinkState::kAlone) return;
  }
  wake_.Signal();
}

std::string Link::Announcement(std::string_view topic, std::string_view change) const {
  return fmt::format("{}\n{}\n{}\n{}", topic, instance_,
                     server_clock_.Now().time_since_epoch().count(), change);
}

LinkStatus Link::status() const {
  std::lock_guard lock(mutex_);
  LinkStatus status = status_;
  status.waiting = outbox_.size();
  status.dropped = outbox_.dropped();
  return status;
}

bool Link::connected() const {
  std::lock_guard lock(mutex_);
  return status_.state == LinkState::kConnected;
}

// ---- the link's thread ---------------------------------------------------------------------------

void Link::Run() {
  Duration pause{0};
  while (WaitToRetry(pause)) {
    pause = std::clamp(2 * pause, kFirstPause, kLongestPause);
    auto session = Session::Open(place_, clock_, kMeeting);
    if (!session) {
      Lose(session.error().message);
      continue;
    }
    if (auto met = Meet(**session); !met) {
      Lose(met.error().message);
      continue;
    }
    const Error error = Converse(**session);
    Lose(error.message);
    pause = kFirstPause;
  }
}

/// False if the link is to end. Waits between attempts, a little longer or shorter on each node.
bool Link::WaitToRetry(Duration pause) {
  const auto jittered = std::chrono::duration_cast<Duration>(pause * (0.75 + RandomFraction() / 2));
  std::unique_lock lock(mutex_);
  turned_or_stopped_.wait_for(lock, jittered, [this] { return stopping_; });
  return !stopping_;
}

Result<void> Link::Meet(Session& session) {
  const TimePoint sent = clock_.Now();
  const auto time = session.Ask({{"TIME"}}, kMeeting);
  if (!time) return time.error();
  NoteTime(time->front(), sent);
  const auto ask = [&](const std::vector<Command>& commands) {
    return session.Ask(commands, kMeeting);
  };
  for (const auto& [topic, follower] : followers_) {
    if (auto joined = follower->Join(ask); !joined) return joined;
  }
  {
    std::lock_guard lock(mutex_);
    ++status_.connections;
  }
  Turn(LinkState::kConnected, {});
  return {};
}

/// Serves the connections until they break; returns why.
Error Link::Converse(Session& session) {
  pinged_ = next_beat_ = clock_.Now();
  introduced_ = {};
  for (;;) {
    wake_.Take();
    {
      std::lock_guard lock(mutex_);
      if (stopping_) break;
    }
    SendQueued(session);
    Beat(session);
    Introduce(session);
    const Duration wait = std::max<Duration>(Left(clock_.Now(), next_beat_), 1ms);
    const auto hear = [this](const std::string& message) { Hear(message); };
    if (auto pumped = session.Pump(wait, wake_.fd(), hear); !pumped) return pumped.error();
    if (session.Waited() > patience_.loss ||
        clock_.Now() - session.heard() > kPing + patience_.loss) {
      return Alone("it does not answer");
    }
    Judge(session);
  }
  Leave(session);
  return Alone("the node stops");
}

/// Tells the others that this node is there, and what it holds.
void Link::Introduce(Session& session) {
  const TimePoint now = clock_.Now();
  if (now - introduced_ < kIntroduce) return;
  introduced_ = now;
  const WallTime server = server_clock_.Now();
  if (started_ == WallTime{}) started_ = server;
  const std::string key = Key(kNodesKey);
  session.Send({"HSET", key, instance_, WriteNode(NodeOf(status(), started_, server))}, {});
  session.Send({"PEXPIRE", key, std::to_string(kNodesKept.count())}, {});
  for (const auto& [topic, follower] : followers_) follower->Renew();
}

/// Sends what is still to be written, and leaves the list of nodes.
void Link::Leave(Session& session) {
  for (const auto& [topic, follower] : followers_) follower->Renew();
  SendQueued(session);
  static_cast<void>(session.Ask({{"HDEL", Key(kNodesKey), instance_}}, kFarewell));
}

/// Reports whether the server answers and takes writes.
void Link::Judge(const Session& session) {
  std::string why = session.Waited() > patience_.silence ? "it does not answer" : "";
  if (why.empty()) {
    std::lock_guard lock(mutex_);
    why = refusal_;
    if (!refusal_.empty() && clock_.Now() - retried_ > kRetry) {
      refusal_.clear();
      outbox_.RetryRefused();
      retried_ = clock_.Now();
    }
  }
  Turn(why.empty() ? LinkState::kConnected : LinkState::kHindered, why);
}

// Questions go before writes, because requests wait for them.
void Link::SendQueued(Session& session) {
  std::vector<std::shared_ptr<Question>> asked;
  std::vector<Outbox::Ready> writes;
  {
    std::lock_guard lock(mutex_);
    asked.swap(asked_);
    for (const auto& question : asked) status_.commands += question->commands.size();
  }
  for (const auto& question : asked) {
    for (const Command& command : question->commands) {
      session.Send(command, [question](Reply reply) { question->Add(std::move(reply)); });
    }
  }
  {
    std::lock_guard lock(mutex_);
    if (!outbox_.has_unsent()) return;
    writes = outbox_.TakeUnsent();
    status_.commands += writes.size();
  }
  for (const Outbox::Ready& write : writes) {
    session.Send(write.command, [this, id = write.id, heard = write.heard](const Reply& reply) {
      if (heard) heard(reply);
      NoteWritten(id, reply);
    });
  }
}

void Link::NoteWritten(std::uint64_t id, const Reply& reply) {
  std::lock_guard lock(mutex_);
  if (!reply.is(Reply::Kind::kRefusal)) return outbox_.Confirm(id);
  outbox_.Refuse(id);
  if (refusal_.empty()) retried_ = clock_.Now();
  refusal_ = "it refuses writes: " + reply.text;
}

// Asks for the server's time, if nothing else shows that it answers.
void Link::Beat(Session& session) {
  const TimePoint now = clock_.Now();
  if (now - pinged_ > kPing) {
    session.PingChannel();
    pinged_ = now;
  }
  if (now < next_beat_) return;
  next_beat_ = After(now, kHeartbeat);
  if (!session.idle()) return;
  session.Send({"TIME"}, [this, now](const Reply& reply) { NoteTime(reply, now); });
}

void Link::NoteTime(const Reply& reply, TimePoint sent) {
  if (!reply.is(Reply::Kind::kList) || reply.items.size() != 2) return;
  const TimePoint now = clock_.Now();
  server_clock_.Note(std::chrono::seconds(NumberIn(reply.items[0].text)) +
                         std::chrono::microseconds(NumberIn(reply.items[1].text)),
                     sent, now);
  std::lock_guard lock(mutex_);
  status_.round_trip = std::chrono::duration_cast<std::chrono::microseconds>(now - sent);
}

/// message := topic LF instance LF server's time in ms LF change
void Link::Hear(const std::string& message) {
  std::string_view rest = message;
  const std::string_view topic = NextLine(rest);
  if (NextLine(rest) == instance_) return;
  const WallTime sent{Duration(NumberIn(NextLine(rest)))};
  const auto follower = followers_.find(topic);
  if (follower == followers_.end()) return;
  follower->second->Hear(rest);
  const WallTime now = server_clock_.Now();
  std::lock_guard lock(mutex_);
  ++status_.changes;
  status_.lag = std::max(now - sent, Duration(0));
}

void Link::Turn(LinkState state, const std::string& why) {
  {
    std::lock_guard lock(mutex_);
    if (status_.state == state && reported_) return;
    reported_ = true;
    status_.state = state;
    status_.why = why;
  }
  turned_or_stopped_.notify_all();
  if (turned_) turned_(state, why);
}

void Link::Lose(const std::string& why) {
  std::vector<std::shared_ptr<Question>> asked;
  {
    std::lock_guard lock(mutex_);
    if (stopping_) return;
    asked.swap(asked_);
    outbox_.Lost();
    refusal_.clear();
    status_.why = why;
  }
  for (const auto& question : asked) question->Lose();
  Turn(LinkState::kAlone, why);
}

}  // namespace agm::cluster
