#include "core/http/server/wire.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

#include "core/base/os/socket.h"

namespace agm::http {
namespace {

class PlainWire : public Wire {
 public:
  explicit PlainWire(UniqueFd socket) : socket_(std::move(socket)) {}

  Moved Receive(std::span<char> room) override {
    const ssize_t size = ::recv(fd(), room.data(), room.size(), MSG_DONTWAIT);
    return size == 0 ? Moved{Outcome::kEnd} : Judge(size, POLLIN);
  }
  Moved Send(std::string_view bytes) override {
    return Judge(os::SendNow(fd(), bytes.data(), bytes.size()), POLLOUT);
  }
  bool Pending() const override { return false; }
  void EndOutput() override { ::shutdown(fd(), SHUT_WR); }
  void HangUp(bool output_too) override { ::shutdown(fd(), output_too ? SHUT_RDWR : SHUT_RD); }
  int fd() const override { return socket_.get(); }

 private:
  static Moved Judge(ssize_t size, short wants) {
    if (size >= 0) return {Outcome::kMoved, static_cast<std::size_t>(size)};
    if (errno == EAGAIN || errno == EINTR) {
      return {Outcome::kWouldBlock, 0, wants};
    }
    return {Outcome::kBroken};
  }

  const UniqueFd socket_;
};

}  // namespace

std::unique_ptr<Wire> NewPlainWire(UniqueFd socket) {
  return std::make_unique<PlainWire>(std::move(socket));
}

std::string PeerAddress(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  auto* address = reinterpret_cast<sockaddr*>(&storage);
  std::array<char, NI_MAXHOST> text{};
  if (::getpeername(fd, address, &size) != 0 ||
      ::getnameinfo(address, size, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) != 0) {
    return {};
  }
  std::string_view name = text.data();
  constexpr std::string_view kMapped = "::ffff:";
  if (name.starts_with(kMapped) && name.find('.') != std::string_view::npos) {
    name.remove_prefix(kMapped.size());
  }
  return std::string(name);
}

}  // namespace agm::http
