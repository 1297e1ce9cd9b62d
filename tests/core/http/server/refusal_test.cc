// What the server does with the reply that its owner makes for an invalid request.

#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/core/http/server/running_server.h"

namespace agm::http {
namespace {

/// A server whose refusals come from the test.
class RefusingServer {
 public:
  explicit RefusingServer(Server::Refusal refuse)
      : server_(
            {}, [](Request&) { return Text("served"); }, std::move(refuse),
            [](std::string_view) { return false; }) {
    const auto port = server_.Bind("127.0.0.1", 0);
    EXPECT_TRUE(port);
    port_ = port ? *port : 0;
    thread_ = std::thread([this] { EXPECT_TRUE(server_.Serve()); });
  }
  ~RefusingServer() {
    server_.Stop(Duration(0));
    thread_.join();
  }
  RefusingServer(const RefusingServer&) = delete;
  RefusingServer& operator=(const RefusingServer&) = delete;

  /// The answer to a request that is refused without a status of its own.
  test::RawAnswer Ask() const {
    test::RawClient client(port_);
    client.Send("CONNECT localhost:1 HTTP/1.1\r\nHost: localhost:1\r\n\r\n");
    const auto answer = client.Read();
    EXPECT_TRUE(answer);
    return answer.value_or(test::RawAnswer());
  }

 private:
  Server server_;
  int port_ = 0;
  std::thread thread_;
};

TEST(Refusal, KnowsTheClientsAddress) {
  std::mutex mutex;
  std::string peer;
  const RefusingServer server([&](const Fault& fault, std::string_view) {
    const std::lock_guard lock(mutex);
    peer = fault.peer;
    return Text("no", 400);
  });
  EXPECT_EQ(server.Ask().body, "no");
  const std::lock_guard lock(mutex);
  EXPECT_EQ(peer, "127.0.0.1");
}

TEST(Refusal, IsNeverAStream) {
  const RefusingServer server([](const Fault&, std::string_view) {
    Reply reply = Count(3);
    reply.status = 400;
    reply.body = "whole";
    return reply;
  });
  const auto answer = server.Ask();
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.body, "whole");
  EXPECT_FALSE(answer.chunked);
}

TEST(Refusal, AsksToComeBackOnlyWhereTheServerIsBusy) {
  for (const int status : {400, 503}) {
    for (const bool given : {false, true}) {
      const RefusingServer server([=](const Fault&, std::string_view) {
        Reply reply = Text("no", status);
        if (given) reply.headers.emplace_back("Retry-After", "7");
        return reply;
      });
      const std::string expected = given ? "7" : status == 503 ? "1" : "";
      EXPECT_EQ(server.Ask().header("Retry-After"), expected) << status;
    }
  }
}

}  // namespace
}  // namespace agm::http
