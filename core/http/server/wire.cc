#include "core/http/server/wire.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "core/base/os/socket.h"

namespace agm::http {
namespace {

class PlainWire : public Wire {
 public:
  explicit PlainWire(int fd) : fd_(fd) {}
  PlainWire(const PlainWire&) = delete;
  PlainWire& operator=(const PlainWire&) = delete;
  ~PlainWire() override { ::close(fd_); }

  Moved Receive(std::span<char> room) override {
    const ssize_t size = ::recv(fd_, room.data(), room.size(), MSG_DONTWAIT);
    return size == 0 ? Moved{Outcome::kEnd} : Judge(size, POLLIN);
  }
  Moved Send(std::string_view bytes) override {
    return Judge(os::SendNow(fd_, bytes.data(), bytes.size()), POLLOUT);
  }
  bool Pending() const override { return false; }
  void EndOutput() override { ::shutdown(fd_, SHUT_WR); }
  void HangUp(bool output_too) override { ::shutdown(fd_, output_too ? SHUT_RDWR : SHUT_RD); }
  int fd() const override { return fd_; }

 private:
  static Moved Judge(ssize_t size, short wants) {
    if (size >= 0) return {Outcome::kMoved, static_cast<std::size_t>(size)};
    if (errno == EAGAIN || errno == EINTR) {
      return {Outcome::kWouldBlock, 0, wants};
    }
    return {Outcome::kBroken};
  }

  const int fd_;
};

}  // namespace

std::unique_ptr<Wire> NewPlainWire(int fd) { return std::make_unique<PlainWire>(fd); }

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
