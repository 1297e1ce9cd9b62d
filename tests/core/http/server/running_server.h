#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "core/http/server/server.h"
#include "core/http/server/tls_identity.h"
#include "tests/support/eventually.h"
#include "tests/support/raw_client.h"
#include "tests/support/temp_dir.h"
#include "tests/support/tls.h"

namespace agm::http {

/// True if the tests of Server run over TLS (AGM_TEST_TLS), where all its guarantees hold too.
inline bool OverTls() { return std::getenv("AGM_TEST_TLS") != nullptr; }

/// An identity with a new certificate; `folder` must exist only during the call.
inline std::shared_ptr<const TlsIdentity> MakeIdentity(const std::string& name = "localhost") {
  const test::TempDir folder;
  const test::Certificate made = test::MakeCertificate(name);
  const TlsFiles files{folder.Write("cert.pem", made.certificate),
                       folder.Write("key.pem", made.key)};
  auto identity = TlsIdentity::Load(files);
  EXPECT_TRUE(identity) << identity.error().message;
  return identity ? *identity : nullptr;
}

/// An Server on a free loopback port, served by its own thread until the object is destroyed.
class RunningServer {
 public:
  explicit RunningServer(Handler handler, Limits limits = {},
                         const std::function<void(Server&)>& prepare = {})
      : server_(limits, std::move(handler), &Refusal, &Urgent) {
    if (prepare) prepare(server_);
    auto port = server_.Bind("127.0.0.1", 0);
    EXPECT_TRUE(port) << port.error().message;
    port_ = port ? *port : 0;
    if (OverTls()) server_.UseTls(MakeIdentity());
    thread_ = std::thread([this] { EXPECT_TRUE(server_.Serve()); });
  }
  ~RunningServer() {
    Stop(Duration(0));
    if (thread_.joinable()) thread_.join();
  }
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;

  Server& operator*() { return server_; }
  Server* operator->() { return &server_; }
  int port() const { return port_; }
  test::RawClient Connect(int receive_buffer = 0) const {
    test::RawClient client(port_, Duration(5'000), receive_buffer);
    if (OverTls() && client.connected()) client.SpeakTls();
    return client;
  }
  void Stop(Duration drain, Duration delay = Duration(0)) { server_.Stop(drain, delay); }

  /// The form of refusals in these tests: "code message", with the usual status.
  static Reply Refusal(const Fault& fault, std::string_view path) {
    const Error& error = fault.error;
    Reply reply;
    reply.status = error.code == ErrorCode::kTooLarge           ? 413
                   : error.code == ErrorCode::kUnsupportedMedia ? 415
                   : error.code == ErrorCode::kOverloaded       ? 503
                   : error.code == ErrorCode::kInternal         ? 500
                                                                : 400;
    reply.headers.emplace_back("X-Path", std::string(path));
    reply.body = std::string(CodeName(error.code)) + " " + error.message;
    return reply;
  }
  static bool Urgent(std::string_view path) { return path == "/healthz"; }

 private:
  Server server_;
  int port_ = 0;
  std::thread thread_;
};

inline Reply Text(std::string body, int status = 200) {
  Reply reply;
  reply.status = status;
  reply.headers.emplace_back("Content-Type", "text/plain");
  reply.body = std::move(body);
  return reply;
}

/// A body whose pieces come from a function, which puts each into an empty string and returns false
/// at the end.
class PiecewiseBody : public BodySource {
 public:
  explicit PiecewiseBody(std::function<bool(std::string&)> next) : next_(std::move(next)) {}
  Pulled Next(std::string& out, TimePoint) override {
    std::string piece;
    const bool more = next_(piece);
    out += piece;
    return more ? Pulled::kPiece : Pulled::kEnd;
  }

 private:
  std::function<bool(std::string&)> next_;
};

inline Reply Stream(std::function<bool(std::string&)> next) {
  Reply reply;
  reply.headers.emplace_back("Content-Type", "text/event-stream");
  reply.source = std::make_unique<PiecewiseBody>(std::move(next));
  return reply;
}

/// "0 1 2 ... n-1 ", one chunk each.
inline Reply Count(int n) {
  return Stream([n, i = 0](std::string& out) mutable {
    if (i < n) out = std::to_string(i++) + " ";
    return i < n;
  });
}

using agm::test::Eventually;

inline int Threads() {
  const auto tasks = std::filesystem::directory_iterator("/proc/self/task");
  return static_cast<int>(std::distance(begin(tasks), end(tasks)));
}

/// A gate that handlers wait at until the test opens it.
class Gate {
 public:
  Gate() = default;
  ~Gate() {
    Open();
    while (waiting_ > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  void Wait() {
    ++waiting_;
    while (!open_) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    --waiting_;
  }
  void Open() { open_ = true; }
  int waiting() const { return waiting_; }

 private:
  std::atomic<bool> open_{false};
  std::atomic<int> waiting_{0};
};

}  // namespace agm::http
