// Proxies, and addresses that must not be reached.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "core/base/guarded.h"
#include "tests/core/http/client/curl_client.h"

namespace agm::http {
namespace {

using testing::HasSubstr;
using testing::Not;

class ProxyVariable {
 public:
  ProxyVariable(const char* name, const std::string& value) : name_(name) {
    setenv(name, value.c_str(), 1);
  }
  ~ProxyVariable() { unsetenv(name_); }

 private:
  const char* name_;
};

/// A proxy that opens a tunnel for every client and answers at the tunnel's other end itself.
ScriptedServer::Script Tunnel(Guarded<std::string>& asked) {
  return [&asked](Visitor& visitor) {
    visitor.ReadRequest();
    asked.Set(visitor.head());
    visitor.Send("HTTP/1.1 200 Connection established\r\n\r\n");
    AnswerAll(visitor);
  };
}

TEST(CurlTransportProxy, AsksForATunnelForEveryUpstream) {
  Guarded<std::string> asked;
  ScriptedServer proxy(Tunnel(asked));
  CurlTransport transport;
  for (const std::string path : {"/v1beta/models", "/v1beta/files?page=2"}) {
    OutgoingRequest request = RequestTo("http://upstream.invalid" + path);
    request.proxy = proxy.url();
    EXPECT_EQ(Got(transport, request), "{\"ok\":true}");
  }
  EXPECT_THAT(asked.Copy(), testing::StartsWith("CONNECT upstream.invalid:80 HTTP/1.1\r\n"));
  EXPECT_THAT(asked.Copy(), Not(HasSubstr("CANARY")));
  EXPECT_EQ(proxy.connections(), 1);
}

TEST(CurlTransportProxy, AsksForATunnelToAnHttpsUpstreamAndTellsItsRefusal) {
  Guarded<std::string> head;
  ScriptedServer proxy([&](Visitor& visitor) {
    visitor.ReadRequest();
    head.Set(visitor.head());
    visitor.Send("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
  });
  CurlTransport transport;
  OutgoingRequest request = RequestTo("https://upstream.invalid/v1beta/models");
  request.proxy = "http://user:hunter2@127.0.0.1:" + std::to_string(proxy.port());
  const auto answer = Fetch(transport, request);
  ASSERT_FALSE(answer);
  EXPECT_THAT(head.Copy(), testing::StartsWith("CONNECT upstream.invalid:443 HTTP/1.1\r\n"));
  EXPECT_THAT(head.Copy(), Not(HasSubstr("CANARY")));
  EXPECT_EQ(answer.error().code, ErrorCode::kUpstreamUnavailable);
  EXPECT_THAT(answer.error().message, HasSubstr("407"));
  EXPECT_THAT(answer.error().message, HasSubstr("127.0.0.1:" + std::to_string(proxy.port())));
  EXPECT_THAT(answer.error().message, Not(HasSubstr("hunter2")));
}

TEST(CurlTransportProxy, TakesTheEnvironmentsProxyWhereNoneIsGiven) {
  Guarded<std::string> asked;
  ScriptedServer proxy(Tunnel(asked));
  const ProxyVariable variable("http_proxy", proxy.url());
  CurlTransport transport;
  EXPECT_TRUE(Fetch(transport, RequestTo("http://upstream.invalid/")));
  EXPECT_EQ(proxy.connections(), 1);
}

TEST(CurlTransportProxy, UsesTheGivenProxyWhateverTheEnvironmentLeavesOut) {
  Guarded<std::string> asked;
  ScriptedServer proxy(Tunnel(asked));
  const ProxyVariable variable("no_proxy", "upstream.invalid");
  CurlTransport transport;
  OutgoingRequest request = RequestTo("http://upstream.invalid/");
  request.proxy = proxy.url();
  EXPECT_TRUE(Fetch(transport, request));
  EXPECT_EQ(proxy.connections(), 1);
}

TEST(CurlTransportProxy, NeverReachesLoopbackThroughAProxy) {
  ScriptedServer proxy(AnswerAll);
  ScriptedServer server([](Visitor& visitor) {
    while (visitor.ReadRequest()) visitor.Send(HttpAnswer("direct"));
  });
  const ProxyVariable variable("http_proxy", proxy.url());
  const ProxyVariable all("all_proxy", proxy.url());
  CurlTransport transport;
  for (const std::string host : {"127.0.0.1", "localhost", "127.0.0.2", "LocalHost"}) {
    OutgoingRequest request =
        RequestTo("http://" + host + ":" + std::to_string(server.port()) + "/");
    if (host != "127.0.0.2") request.proxy = proxy.url();
    const auto answer = Fetch(transport, request);
    if (host == "127.0.0.2" && !answer) continue;  // listens on 127.0.0.1 only
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(*answer, "direct");
  }
  EXPECT_EQ(proxy.connections(), 0);
}

TEST(CurlTransportGuard, ConnectsOnlyWhereItMay) {
  ScriptedServer server(AnswerAll);
  bool allowed = false;
  std::vector<IpAddress> asked;
  CurlTransport::Options options;
  options.may_connect = [&](const IpAddress& address) {
    asked.push_back(address);
    return allowed;
  };
  CurlTransport transport(options);
  const std::string port = std::to_string(server.port());
  for (const std::string host : {"127.0.0.1", "localhost", "0x7f.1", "[::ffff:127.0.0.1]"}) {
    asked.clear();
    const auto answer = Fetch(transport, RequestTo("http://" + host + ":" + port + "/"));
    ASSERT_FALSE(answer) << host;
    EXPECT_EQ(answer.error().code, ErrorCode::kForbidden) << answer.error().message;
    ASSERT_FALSE(asked.empty());
    EXPECT_TRUE(IsLoopback(asked.front())) << host;
  }
  EXPECT_EQ(server.connections(), 0);
  allowed = true;
  EXPECT_TRUE(Fetch(transport, RequestTo(server.url("/"))));
}

TEST(CurlTransportGuard, UsesNoProxyThatWouldChooseTheAddress) {
  ScriptedServer proxy(AnswerAll);
  const ProxyVariable variable("http_proxy", proxy.url());
  CurlTransport::Options options;
  options.may_connect = [](const IpAddress&) { return true; };
  CurlTransport transport(options);
  OutgoingRequest request = RequestTo("http://upstream.invalid/");
  EXPECT_FALSE(Fetch(transport, request));
  request.proxy = proxy.url();
  EXPECT_FALSE(Fetch(transport, request));
  EXPECT_EQ(proxy.connections(), 0);
}

}  // namespace
}  // namespace agm::http
