#include "core/cluster/connection.h"

#include <utility>

#ifdef AGM_HIREDIS

#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "core/base/os/socket.h"

namespace agm::cluster {
namespace {

constexpr std::size_t kReadAtOnce = 64U << 10U;
constexpr std::size_t kReadForOneCall = 4U << 20U;

struct FreeContext {
  void operator()(redisContext* context) const { redisFree(context); }
};

Error Broken(std::string_view why) {
  return Fail(ErrorCode::kUpstreamUnavailable, "the cluster's server: {}", why);
}

std::string SystemError() { return std::strerror(errno); }

Reply ReplyOf(const redisReply& from) {
  Reply reply;
  switch (from.type) {
    case REDIS_REPLY_INTEGER:
      reply.kind = Reply::Kind::kNumber;
      reply.number = from.integer;
      break;
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
      reply.kind = Reply::Kind::kText;
      reply.text.assign(from.str, from.len);
      break;
    case REDIS_REPLY_ERROR:
      reply.kind = Reply::Kind::kRefusal;
      reply.text.assign(from.str, from.len);
      break;
    case REDIS_REPLY_ARRAY:
      reply.kind = Reply::Kind::kList;
      for (std::size_t i = 0; i < from.elements; ++i)
        reply.items.push_back(ReplyOf(*from.element[i]));
      break;
    default:
      break;
  }
  return reply;
}

}  // namespace

struct Connection::State {
  std::unique_ptr<redisContext, FreeContext> context;
  std::string output;
  std::size_t sent = 0;  ///< bytes of `output`
};

bool Connection::Available() { return true; }

Connection::Connection(std::unique_ptr<State> state) : state_(std::move(state)) {}
Connection::~Connection() = default;

Result<std::unique_ptr<Connection>> Connection::Start(const config::ServerAddress& address) {
  auto state = std::make_unique<State>();
  state->context.reset(address.path.empty()
                           ? redisConnectNonBlock(address.host.c_str(), address.port)
                           : redisConnectUnixNonBlock(address.path.c_str()));
  if (!state->context) return Broken("there is no memory for a connection");
  if (state->context->err != 0) return Broken(state->context->errstr);
  const int fd = state->context->fd;
  const int on = 1;
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  if (address.path.empty()) ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return std::unique_ptr<Connection>(new Connection(std::move(state)));
}

int Connection::fd() const { return state_->context->fd; }

// hiredis formats the command; the bytes are ours, because its own write may raise SIGPIPE.
void Connection::Append(const Command& command) {
  std::vector<const char*> arguments;
  std::vector<std::size_t> lengths;
  for (const std::string& argument : command) {
    arguments.push_back(argument.data());
    lengths.push_back(argument.size());
  }
  char* text = nullptr;
  const auto size = redisFormatCommandArgv(&text, static_cast<int>(command.size()),
                                           arguments.data(), lengths.data());
  if (size > 0) state_->output.append(text, static_cast<std::size_t>(size));
  redisFreeCommand(text);
}

bool Connection::wants_output() const { return state_->sent < state_->output.size(); }

Result<void> Connection::Write() {
  while (wants_output()) {
    const ssize_t n = os::SendNow(fd(), state_->output.data() + state_->sent,
                                  state_->output.size() - state_->sent);
    if (n < 0 && errno == EINTR) continue;
    // A socket that still connects is not connected (ENOTCONN) or busy (EAGAIN).
    if (n < 0 && (errno == EAGAIN || errno == ENOTCONN)) return {};
    if (n < 0) return Broken(SystemError());
    state_->sent += static_cast<std::size_t>(n);
  }
  state_->output.clear();
  state_->sent = 0;
  return {};
}

Result<void> Connection::Read(const std::function<void(Reply)>& each) {
  std::array<char, kReadAtOnce> bytes{};
  std::size_t all = 0;
  while (all < kReadForOneCall) {
    const ssize_t n = ::recv(fd(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (n == 0) return Broken("it closed the connection");
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == EAGAIN || errno == ENOTCONN)) break;
    if (n < 0) return Broken(SystemError());
    all += static_cast<std::size_t>(n);
    redisReaderFeed(state_->context->reader, bytes.data(), static_cast<std::size_t>(n));
    if (static_cast<std::size_t>(n) < bytes.size()) break;
  }
  for (;;) {
    void* reply = nullptr;
    if (redisReaderGetReply(state_->context->reader, &reply) != REDIS_OK) {
      return Broken(state_->context->reader->errstr);
    }
    if (reply == nullptr) return {};
    each(ReplyOf(*static_cast<redisReply*>(reply)));
    freeReplyObject(reply);
  }
}

}  // namespace agm::cluster

#else

namespace agm::cluster {

struct Connection::State {};

bool Connection::Available() { return false; }
Connection::Connection(std::unique_ptr<State> state) : state_(std::move(state)) {}
Connection::~Connection() = default;

Result<std::unique_ptr<Connection>> Connection::Start(const config::ServerAddress&) {
  return Fail(ErrorCode::kConfig,
              "this agm was built without hiredis, so it cannot work in a cluster: install "
              "libhiredis-dev and build it again, or remove [cluster]");
}

int Connection::fd() const { return -1; }
void Connection::Append(const Command&) {}
bool Connection::wants_output() const { return false; }
Result<void> Connection::Write() { return {}; }
Result<void> Connection::Read(const std::function<void(Reply)>&) { return {}; }

}  // namespace agm::cluster

#endif
