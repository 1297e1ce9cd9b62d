#include "core/http/server/traffic.h"

#include <algorithm>
#include <memory>
#include <system_error>
#include <utility>

#include "core/http/server/streamed_body.h"

namespace agm::http {
namespace {

using Waits = Connection::Waits;
using Arrival = Connection::Arrival;
using State = RequestReader::State;

constexpr Duration kFarewell{2'000};
/// While the server stops, first requests of connections may still begin for this long.
constexpr Duration kLastRequests{500};
constexpr std::uint64_t kBodiesAtOnce = 8;    ///< of the largest size; more if they are smaller
constexpr std::uint64_t kHeadsAtOnce = 1024;  ///< of the largest size

Request RequestOf(Head head, const Connection& connection) {
  return {.method = std::move(head.method),
          .path = std::move(head.path),
          .raw_path = std::move(head.raw_path),
          .query = std::move(head.query),
          .headers = std::move(head.headers),
          .body = {},
          .remote_address = connection.peer(),
          .incoming = nullptr,
          .client = &connection.client()};
}

}  // namespace

Traffic::Traffic(const LiveLimits& limits, Server::Urgent urgent, Answer answer)
    : limits_(limits),
      answer_(std::move(answer)),
      threads_([this] { return Attend(); }),
      capacity_(limits, std::move(urgent), threads_),
      streams_([this](Connection& each, StreamTask::Needs needs) { StreamLeft(each, needs); }) {}

Traffic::~Traffic() = default;

bool Traffic::Start() {
  capacity_.Start();
  budgets_.heads.SetLimit(kHeadsAtOnce * kMaxHeadSize);
  try {
    keeper_ = std::thread([this] { KeepTime(); });
  } catch (const std::system_error&) {  // the system refuses a thread
    return false;
  }
  return streams_.Start() && threads_.Start();
}

void Traffic::Drain() {
  std::lock_guard lock(mutex_);
  ending_ = true;
  draining_ = true;
  changed_.notify_all();
}

void Traffic::End() {
  connections_.WaitUntilNone(TimePoint::max());
  streams_.Stop();
  parking_.Close();
  threads_.Join();
  {
    std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }
  if (keeper_.joinable()) keeper_.join();
}

/// Expires late connections; while the server stops, also those that wait for a further request,
/// and a little later those that have sent none.
void Traffic::KeepTime() {
  TimePoint silent_until = TimePoint::max();
  std::unique_lock lock(mutex_);
  while (!ended_) {
    const bool draining = draining_;
    if (draining) silent_until = std::min(silent_until, After(SystemClock().Now(), kLastRequests));
    const Duration shortest = std::min(
        {limits_.header_timeout.load(), limits_.write_timeout.load(), limits_.idle_timeout.load()});
    const Duration pause =
        draining ? Duration{10} : std::clamp(shortest / 4, Duration{10}, Duration{1000});
    changed_.wait_for(lock, pause, [&] { return ended_ || draining_ != draining; });
    lock.unlock();
    connections_.ExpireLate(SystemClock().Now());
    if (draining_) connections_.ExpireIdle();
    if (SystemClock().Now() >= silent_until) connections_.ExpireSilent();
    lock.lock();
  }
}

// ---- Arriving ----------------------------------------------------------------------------------

void Traffic::Take(UniqueFd accepted) {
  budgets_.bodies.SetLimit(kBodiesAtOnce * std::max<std::uint64_t>(limits_.max_body_size, 1 << 20));
  if (capacity_.IsShort(connections_.size())) connections_.ExpireNext();
  const auto identity = identity_.Copy();
  const int fd = accepted.get();
  std::string peer = PeerAddress(fd);
  auto wire = identity ? identity->Wrap(std::move(accepted)) : NewPlainWire(std::move(accepted));
  Connection* connection = connections_.Add(
      std::make_unique<Connection>(std::move(wire), std::move(peer), budgets_, &streams_body_));
  if (connection == nullptr) return;
  connection->Park(Waits::kFirstRequest, After(connection->idle_since(), limits_.header_timeout));
  if (!parking_.Enter(fd, connection)) Close(*connection);
}

bool Traffic::Attend() {
  auto* connection = static_cast<Connection*>(parking_.Wait());
  if (connection == nullptr) return false;
  try {
    Look(*connection);
  } catch (...) {  // out of memory; throws only while this thread still holds the connection
    Close(*connection);
  }
  return true;
}

void Traffic::Look(Connection& connection) {
  switch (connection.Unpark()) {
    case Waits::kNone:
      return GiveUpWaiting(connection);
    case Waits::kTaking:
      if (Finish(connection, connection.SendKept() != Connection::Sent::kFailed)) {
        ServeAll(connection);
      }
      return;
    case Waits::kThread:
      if (!threads_.BeginBlocking()) {
        EndStream(connection);
        return Close(connection);
      }
      if (Stream(connection)) ServeAll(connection);
      return;
    case Waits::kFarewell:
      if (!connection.Discard()) return Close(connection);
      return Park(connection, Waits::kFarewell, After(connection.farewell(), kFarewell));
    case Waits::kRequest:
    case Waits::kFirstRequest:
    case Waits::kRestOfRequest:
      if (Receive(connection)) ServeAll(connection);
      return;
  }
}

/// True if a complete request has arrived, or one whose body is streamed; otherwise the connection
/// is parked, refused or closed.
bool Traffic::Receive(Connection& connection) {
  Arrival arrival = connection.Receive(limits_.max_body_size);
  if (arrival == Arrival::kHead) {
    if (!Admit(connection)) return false;
    if (connection.reader().streamed()) return true;
    arrival = connection.Receive(limits_.max_body_size);
  }
  switch (arrival) {
    case Arrival::kHead:  // told once
    case Arrival::kMore:
      return ParkForMore(connection), false;
    case Arrival::kRequest:
      return true;
    case Arrival::kFault:
      return Refuse(connection, connection.reader().fault()), false;
    case Arrival::kCrowded:
      return Refuse(connection, Overloaded("too many large requests at once")), false;
    case Arrival::kGone:
      return Close(connection), false;
  }
  return false;
}

/// Checks a head before any of its body is accepted. False if the head was answered: then another
/// owner has the connection.
bool Traffic::Admit(Connection& connection) {
  connection.judged = true;
  if (!check_head_) return true;
  const Head& head = connection.reader().head();
  Exchange exchange(connection);
  exchange.request = RequestOf(head, connection);
  exchange.early = check_head_(exchange.request);
  if (!exchange.early) return true;
  exchange.early->source.reset();  // the sending thread must not block
  exchange.delivery = {.head_only = head.method == "HEAD",
                       .keep_alive = false,
                       .minor_version = head.minor_version,
                       .idle_timeout = limits_.idle_timeout};
  connection.keep_alive = false;
  Finish(connection, answer_(exchange));
  return false;
}

/// Handles a connection whose deadline has passed, or that the server cancels.
void Traffic::GiveUpWaiting(Connection& connection) {
  if (connection.stream) {
    EndStream(connection);
    return Close(connection);
  }
  const State state = connection.reader().state();
  const bool began = state == State::kHead || state == State::kBody;
  const bool answered = connection.HasKept() || connection.farewell() != TimePoint{};
  if (!began && !answered) connection.SayFarewell();
  if (!began || answered) return Close(connection);
  Refuse(connection, {Fail(ErrorCode::kTimeout, "the request took too long to arrive"), 408});
}

// ---- Waiting -----------------------------------------------------------------------------------

/// Bytes that are not part of a request (a handshake, empty lines) do not extend the deadline.
void Traffic::ParkIdle(Connection& connection) {
  connection.Release();
  const bool served = connection.served();
  const Duration patience = served ? limits_.idle_timeout : limits_.header_timeout;
  Park(connection, served ? Waits::kRequest : Waits::kFirstRequest,
       After(connection.idle_since(), patience));
}

void Traffic::ParkForMore(Connection& connection) {
  RequestReader& reader = connection.reader();
  if (reader.state() == State::kIdle) return ParkIdle(connection);
  const bool body = reader.state() == State::kBody;
  if (body && reader.head().expects_continue && !connection.continued && reader.body().empty()) {
    connection.continued = true;
    if (!connection.SendOrKeep("HTTP/1.1 100 Continue\r\n\r\n")) return Close(connection);
  }
  const TimePoint since = body ? SystemClock().Now() : connection.began();
  Park(connection, Waits::kRestOfRequest, After(since, limits_.header_timeout));
}

void Traffic::ParkToTake(Connection& connection) {
  const TimePoint since = connection.HasKept() ? connection.took() : SystemClock().Now();
  Park(connection, Waits::kTaking, After(since, limits_.write_timeout));
}

void Traffic::Park(Connection& connection, Waits waits, TimePoint until) {
  const bool output = Connection::ForOutput(waits) || connection.WantsOutput();
  connection.Park(waits, until);
  // From here on another thread may get it.
  parking_.Return(connection.fd(), &connection,
                  output ? Parking::Until::kOutput : Parking::Until::kInput);
}

void Traffic::Farewell(Connection& connection) {
  connection.Release();
  connection.SayFarewell();
  if (!connection.Discard()) return Close(connection);
  Park(connection, Waits::kFarewell, After(connection.farewell(), kFarewell));
}

// ---- Answering ---------------------------------------------------------------------------------

/// Serves the reader's request, and pipelined requests after it.
void Traffic::ServeAll(Connection& connection) {
  while (Serve(connection)) {
  }
}

/// After a response: true if the next request is already complete; otherwise the connection is
/// parked or closed.
bool Traffic::Finish(Connection& connection, bool sent) {
  if (!sent) return Close(connection), false;
  if (connection.HasKept()) return ParkToTake(connection), false;
  if (connection.keep_alive) return Continue(connection);
  if (!connection.AllRead()) return Farewell(connection), false;
  connection.SayFarewell();
  Close(connection);
  return false;
}

bool Traffic::Continue(Connection& connection) {
  switch (connection.Next(limits_.max_body_size)) {
    case State::kWhole:
      return true;
    case State::kRefused:
      Refuse(connection, connection.reader().fault());
      return false;
    case State::kBody:
      if (!Admit(connection)) return false;
      if (connection.reader().streamed()) return true;
      [[fallthrough]];
    case State::kIdle:
    case State::kHead:
      if (connection.Pending()) return Receive(connection);
      ParkForMore(connection);
      return false;
  }
  return false;
}

/// Answers the reader's request; true if another one is complete.
bool Traffic::Serve(Connection& connection) {
  RequestReader& reader = connection.reader();
  Head& head = reader.head();
  Exchange exchange(connection);
  exchange.delivery = {.head_only = head.method == "HEAD",
                       .keep_alive = head.keep_alive && !ending_,
                       .minor_version = head.minor_version,
                       .idle_timeout = limits_.idle_timeout};
  exchange.coding = head.coding;
  exchange.max_body = limits_.max_body_size;
  exchange.write_timeout = limits_.write_timeout;
  exchange.request = RequestOf(std::move(head), connection);
  StreamedBody incoming(connection, limits_.header_timeout);
  if (reader.state() == State::kBody) {
    exchange.request.incoming = &incoming;
  } else {
    exchange.request.body = std::move(reader.body());
    reader.Shrink();
  }
  exchange.fault = capacity_.Enter(exchange.request.path, connections_.size());
  const bool entered = !exchange.fault;
  const bool sent = answer_(exchange);
  connection.keep_alive = exchange.delivery.keep_alive;
  if (connection.stream) return Stream(connection);
  if (entered) capacity_.Leave();
  return Finish(connection, sent);
}

/// Runs on a thread that may block: advances the stream until it can be carried or ends. Returns
/// like Finish.
bool Traffic::Stream(Connection& connection) {
  StreamTask::Needs needs = connection.stream->Advance(true);
  threads_.EndBlocking();
  if (StreamTask::MayBeCarried(needs)) {
    if (streams_.Carry(connection, needs)) return false;
    needs = StreamTask::Needs::kBroken;
  }
  EndStream(connection);
  return Finish(connection, needs == StreamTask::Needs::kOver);
}

/// Runs on a carrier thread, which must not block. A ThreadPool thread does the next step; it gets
/// the connection at once, because the socket is writable.
void Traffic::StreamLeft(Connection& connection, StreamTask::Needs needs) {
  if (needs == StreamTask::Needs::kThread) {
    return Park(connection, Waits::kThread, After(SystemClock().Now(), limits_.write_timeout));
  }
  EndStream(connection);
  if (needs != StreamTask::Needs::kOver) return Close(connection);
  ParkToTake(connection);
}

void Traffic::EndStream(Connection& connection) {
  connection.stream.reset();
  capacity_.LeaveStream();
}

void Traffic::Refuse(Connection& connection, Fault fault) {
  const Head& head = connection.reader().head();
  Exchange exchange(connection);
  exchange.request.path = head.path;
  exchange.request.method = head.method;
  exchange.request.remote_address = connection.peer();
  exchange.delivery.head_only = head.method == "HEAD";
  exchange.delivery.keep_alive = false;
  exchange.fault = std::move(fault);
  connection.keep_alive = false;
  Finish(connection, answer_(exchange));
}

}  // namespace agm::http
