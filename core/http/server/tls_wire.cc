#include "core/http/server/tls_wire.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <utility>

#include "core/base/os/socket.h"

namespace agm::http {
namespace {

// ---- A BIO for the socket: OpenSSL's own one raises SIGPIPE and may block ----------------------

int Descriptor(BIO* bio) {
  return static_cast<int>(reinterpret_cast<std::intptr_t>(::BIO_get_data(bio)));
}

int WriteToSocket(BIO* bio, const char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t sent = os::SendNow(Descriptor(bio), bytes, static_cast<std::size_t>(size));
  if (sent < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
  return static_cast<int>(sent);
}

int ReadFromSocket(BIO* bio, char* room, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t got = ::recv(Descriptor(bio), room, static_cast<std::size_t>(size), MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
  if (got == 0) ::BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return static_cast<int>(got);
}

long ControlSocket(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_EOF) return ::BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO_METHOD* SocketMethod() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* made = ::BIO_meth_new(::BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
    ::BIO_meth_set_write(made, &WriteToSocket);
    ::BIO_meth_set_read(made, &ReadFromSocket);
    ::BIO_meth_set_ctrl(made, &ControlSocket);
    return made;
  }();
  return method;
}

struct FreeSsl {
  void operator()(SSL* ssl) const { ::SSL_free(ssl); }
};
using Ssl = std::unique_ptr<SSL, FreeSsl>;

Ssl Accepting(SSL_CTX& context, int fd) {
  Ssl ssl(::SSL_new(&context));
  BIO* bio = ssl ? ::BIO_new(SocketMethod()) : nullptr;
  if (bio == nullptr) return nullptr;
  ::BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(fd)));
  ::BIO_set_init(bio, 1);
  ::SSL_set_bio(ssl.get(), bio, bio);
  ::SSL_set_accept_state(ssl.get());
  return ssl;
}

// ---- The TLS wire ------------------------------------------------------------------------------

class TlsWire : public Wire {
 public:
  TlsWire(SSL_CTX& context, UniqueFd socket)
      : socket_(std::move(socket)), ssl_(Accepting(context, socket_.get())), broken_(!ssl_) {}

  Moved Receive(std::span<char> room) override {
    std::size_t size = 0;
    if (broken_) return {Outcome::kBroken};
    ::ERR_clear_error();
    const int result = ::SSL_read_ex(ssl_.get(), room.data(), room.size(), &size);
    return Judge(result, size);
  }

  Moved Send(std::string_view bytes) override {
    std::size_t size = 0;
    if (broken_) return {Outcome::kBroken};
    ::ERR_clear_error();
    const int result = ::SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &size);
    const Moved moved = Judge(result, size);
    blocked_ = moved.outcome == Outcome::kWouldBlock;
    return moved;
  }

  bool Pending() const override { return !broken_ && ::SSL_pending(ssl_.get()) > 0; }

  void EndOutput() override {
    ::ERR_clear_error();
    const bool may = !broken_ && !blocked_ && ::SSL_is_init_finished(ssl_.get()) == 1;
    if (may) ::SSL_shutdown(ssl_.get());
    ::shutdown(fd(), SHUT_WR);
  }

  void HangUp(bool output_too) override { ::shutdown(fd(), output_too ? SHUT_RDWR : SHUT_RD); }
  int fd() const override { return socket_.get(); }

 private:
  Moved Judge(int result, std::size_t size) {
    if (result == 1) return {Outcome::kMoved, size};
    switch (::SSL_get_error(ssl_.get(), result)) {
      case SSL_ERROR_WANT_READ:
        return {Outcome::kWouldBlock, 0, POLLIN};
      case SSL_ERROR_WANT_WRITE:
        return {Outcome::kWouldBlock, 0, POLLOUT};
      case SSL_ERROR_ZERO_RETURN:
        return {Outcome::kEnd};
      default:
        if (ERR_GET_REASON(::ERR_peek_error()) == SSL_R_HTTP_REQUEST) SayItPlainly();
        ::ERR_clear_error();
        broken_ = true;
        return {Outcome::kBroken};
    }
  }

  /// Answers a plain http:// request on this port with an error that explains the mistake.
  void SayItPlainly() const {
    constexpr std::string_view kAnswer =
        "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 59\r\n"
        "Connection: close\r\n\r\n"
        "This port speaks TLS: the address must begin with https://\n";
    std::array<char, 64 * 1024> rest;  // closing with unread bytes would send a reset
    static_cast<void>(::recv(fd(), rest.data(), rest.size(), MSG_DONTWAIT));
    static_cast<void>(os::SendNow(fd(), kAnswer.data(), kAnswer.size()));
  }

  const UniqueFd socket_;
  const Ssl ssl_;
  bool broken_;           ///< the connection cannot be used any more
  bool blocked_ = false;  ///< a partly sent record must be sent first
};

}  // namespace

std::unique_ptr<Wire> NewTlsWire(ssl_ctx_st& context, UniqueFd socket) {
  return std::make_unique<TlsWire>(context, std::move(socket));
}

}  // namespace agm::http
