#include "core/cluster/session.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <utility>

namespace agm::cluster {
namespace {

std::vector<Command> Credentials(const config::ServerAddress& address) {
  std::vector<Command> commands;
  if (!address.password.empty()) {
    Command login{"AUTH"};
    if (!address.user.empty()) login.push_back(address.user);
    login.push_back(address.password.Reveal());
    commands.push_back(std::move(login));
  }
  if (address.database != 0) commands.push_back({"SELECT", std::to_string(address.database)});
  return commands;
}

Error TooLate() {
  return Fail(ErrorCode::kUpstreamUnavailable, "the cluster's server: it does not answer");
}

Error Refused(const Reply& reply) {
  return Fail(ErrorCode::kUpstreamUnavailable, "the cluster's server: it refuses: {}", reply.text);
}

/// The text of a channel's message; empty for other things that arrive.
std::string MessageOf(Reply& reply) {
  const bool is =
      reply.is(Reply::Kind::kList) && reply.items.size() == 3 && reply.items[0].text == "message";
  return is ? std::move(reply.items[2].text) : std::string();
}

/// The client's name on the server, which allows no spaces.
std::string ClientName(const Place& place) {
  std::string name = "agm-" + place.node;
  std::ranges::replace_if(
      name, [](char c) { return c <= ' ' || c > '~'; }, '-');
  return name;
}

}  // namespace

Result<std::unique_ptr<Session>> Session::Open(const Place& place, Clock& clock,
                                               Duration patience) {
  std::unique_ptr<Session> session(new Session(clock));
  for (auto* each : {&session->commands_, &session->messages_}) {
    auto connection = Connection::Start(place.address);
    if (!connection) return std::move(connection).error();
    *each = *std::move(connection);
  }
  const TimePoint deadline = After(clock.Now(), patience);
  if (auto greeted = session->Greet(place, patience); !greeted) return greeted.error();
  if (auto done = session->Subscribe(place, deadline); !done) return done.error();
  return session;
}

Result<void> Session::Greet(const Place& place, Duration patience) {
  std::vector<Command> greeting = Credentials(place.address);
  greeting.push_back({"CLIENT", "SETNAME", ClientName(place)});
  const auto replies = Ask(greeting, patience);
  if (!replies) return replies.error();
  for (const Reply& reply : *replies) {
    if (reply.is(Reply::Kind::kRefusal)) return Refused(reply);
  }
  return {};
}

Result<void> Session::Subscribe(const Place& place, TimePoint deadline) {
  std::vector<Command> greeting = Credentials(place.address);
  greeting.push_back({"CLIENT", "SETNAME", ClientName(place)});
  greeting.push_back({"SUBSCRIBE", place.channel()});
  for (const Command& command : greeting) messages_->Append(command);
  while (greetings_.size() < greeting.size()) {
    const Duration left = Left(clock_.Now(), deadline);
    if (left.count() == 0) return TooLate();
    if (auto done = Poll(left, -1); !done) return done;
    const auto refused = std::ranges::find(greetings_, Reply::Kind::kRefusal, &Reply::kind);
    if (refused != greetings_.end()) return Refused(*refused);
  }
  heard_ = clock_.Now();
  return {};
}

void Session::Send(const Command& command, Done done) {
  commands_->Append(command);
  under_way_.push_back({clock_.Now(), std::move(done)});
}

Result<std::vector<Reply>> Session::Ask(const std::vector<Command>& commands, Duration patience) {
  // The replies may outlive this call when it fails.
  auto replies = std::make_shared<std::vector<Reply>>();
  for (const Command& command : commands) {
    Send(command, [replies](Reply reply) { replies->push_back(std::move(reply)); });
  }
  const TimePoint deadline = After(clock_.Now(), patience);
  while (replies->size() < commands.size()) {
    const Duration left = Left(clock_.Now(), deadline);
    if (left.count() == 0) return TooLate();
    if (auto done = Poll(left, -1); !done) return done.error();
  }
  return std::move(*replies);
}

Result<void> Session::Pump(Duration wait, int wake_fd, const HearMessage& hear) {
  auto done = Poll(unheard_.empty() ? wait : Duration(0), wake_fd);
  for (const std::string& message : std::exchange(unheard_, {})) hear(message);
  return done;
}

Result<void> Session::Poll(Duration wait, int wake_fd) {
  for (Connection* each : {commands_.get(), messages_.get()}) {
    if (auto written = each->Write(); !written) return written;
  }
  const auto events = [](const Connection& connection) {
    return static_cast<short>(POLLIN | (connection.wants_output() ? POLLOUT : 0));
  };
  std::array<pollfd, 3> polled{{{commands_->fd(), events(*commands_), 0},
                                {messages_->fd(), events(*messages_), 0},
                                {wake_fd, POLLIN, 0}}};
  if (::poll(polled.data(), polled.size(), static_cast<int>(wait.count())) <= 0) return {};
  for (Connection* each : {commands_.get(), messages_.get()}) {
    if (auto written = each->Write(); !written) return written;
  }
  if (polled[1].revents != 0) {
    if (auto read = ReadMessages(); !read) return read;
  }
  if (polled[0].revents == 0) return {};
  return commands_->Read([this](Reply reply) {
    if (under_way_.empty()) return;
    const Done done = std::move(under_way_.front().done);
    under_way_.pop_front();
    if (done) done(std::move(reply));
  });
}

Result<void> Session::ReadMessages() {
  return messages_->Read([this](Reply reply) {
    heard_ = clock_.Now();
    std::string message = MessageOf(reply);
    if (!message.empty()) {
      unheard_.push_back(std::move(message));
    } else if (greetings_.size() < 4) {
      greetings_.push_back(std::move(reply));
    }
  });
}

Duration Session::Waited() const {
  if (under_way_.empty()) return Duration(0);
  return std::chrono::duration_cast<Duration>(clock_.Now() - under_way_.front().since);
}

}  // namespace agm::cluster
