#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/base/clock.h"
#include "tests/support/tls.h"

namespace agm::test {

/// One connection to a ScriptedServer, for its script.
///
/// Thread safety: the script's thread.
class Visitor {
 public:
  Visitor(int fd, int number) : fd_(fd), number_(number) {}
  ~Visitor();
  Visitor(const Visitor&) = delete;
  Visitor& operator=(const Visitor&) = delete;

  /// 0 for the server's first connection.
  int number() const { return number_; }
  /// Starts TLS; call it before anything else. False if the handshake fails.
  bool SpeakTls(const Certificate& certificate);
  TlsLayer& tls() { return *tls_; }
  /// Reads a request with its body (by Content-Length), with a pause after each 64 kB. False if the
  /// other side has closed.
  bool ReadRequest(Duration pause = Duration(0));
  const std::string& head() const { return head_; }
  const std::string& body() const { return body_; }
  /// The value of a header in the head, by its lower-case name.
  std::string header(std::string_view name) const;

  /// Sends raw bytes; false if the other side is gone.
  bool Send(std::string_view bytes);
  /// Sends `piece` bytes at a time, with a pause after each.
  bool SendSlowly(std::string_view bytes, std::size_t piece, Duration pause);
  /// Sends FIN.
  void Close();
  /// Sends RST.
  void Reset();
  /// Waits until the other side has closed; false if it has not within `at_most`.
  bool AwaitClose(Duration at_most);

 private:
  friend class ScriptedServer;
  bool Fill();
  void Interrupt();

  std::mutex mutex_;  // guards fd_: the server interrupts from its own thread
  int fd_;
  const int number_;
  std::unique_ptr<TlsLayer> tls_;
  std::string buffer_;
  std::string head_;
  std::string body_;
};

/// A server on a free loopback port that answers with exactly the bytes that a test gives.
///
///   ScriptedServer server([](Visitor& visitor) {
///     while (visitor.ReadRequest()) visitor.Send(HttpAnswer("{}"));
///   });
///   Fetch(server.url("/v1beta/models"));
///   EXPECT_EQ(server.connections(), 1);
///
/// Each connection runs the script in its own thread and closes when the script returns. The
/// server's destructor interrupts all scripts that read, write or wait.
///
/// Thread safety: any thread.
class ScriptedServer {
 public:
  using Script = std::function<void(Visitor&)>;

  explicit ScriptedServer(Script script);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  int port() const { return port_; }
  /// "http://127.0.0.1:PORT" followed by the path.
  std::string url(std::string_view path = "") const;
  /// The number of accepted connections.
  int connections() const { return connections_; }

 private:
  void Accept();

  Script script_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> connections_{0};
  std::mutex mutex_;  // guards visitors_ and threads_
  std::list<std::shared_ptr<Visitor>> visitors_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

/// A complete response with Content-Length.
std::string HttpAnswer(std::string_view body, int status = 200,
                       std::string_view type = "application/json",
                       std::string_view more_headers = "");

/// The head of a chunked response, and one chunk; the last chunk is Chunk("").
std::string ChunkedHead(std::string_view type = "text/event-stream");
std::string Chunk(std::string_view bytes);

}  // namespace agm::test
