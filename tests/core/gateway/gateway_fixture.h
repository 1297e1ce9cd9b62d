#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "core/base/json.h"
#include "core/gateway/service.h"
#include "core/http/client/curl_transport.h"
#include "core/mock/mock_server.h"

namespace agm::gateway {

/// A response of the gateway.
struct Got {
  int status = 0;
  std::unique_ptr<http::Download> download;
  std::string body;

  std::string header(std::string_view name) const { return std::string(download->header(name)); }
  Json json() const { return Json::parse(body, nullptr, false); }
};

inline config::Account AccountOf(const std::string& name, const std::string& key,
                                 const std::string& url) {
  config::Account account;
  account.name = name;
  account.email = name + "@example.com";
  account.api_key = Secret(key);
  account.base_url = url;
  account.project = "project-" + name;
  return account;
}

inline std::string ChatBody(const std::string& text, bool stream = false,
                            const std::string& model = "gemini-2.5-flash") {
  return DumpJson(Json{{"model", model},
                       {"stream", stream},
                       {"messages", Json::array({{{"role", "user"}, {"content", text}}})}});
}

/// The gateway over real sockets, between a client and the embedded mock.
class GatewayTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto mock = mock::MockServer::Start({.keep_requests = 100});
    ASSERT_TRUE(mock) << mock.error().message;
    mock_ = *std::move(mock);
    config_.proxy.port = 0;
    config_.proxy.max_wait = Duration(0);
  }

  void TearDown() override {
    if (!service_) return;
    service_->Stop(Duration(0));
    thread_.join();
  }

  void Add(const std::string& name, const std::string& key) {
    config_.accounts.push_back(AccountOf(name, key, mock_->base_url()));
  }

  void Start() {
    auto service = Service::Start(
        std::make_shared<const config::Config>(config_), *log_, SystemClock(), *transport_,
        *database_, std::exchange(media_, upstream::NewMediaTransport()),
        store::Database::OpenInMemory(ledger::RequestsFile()), *providers_);
    ASSERT_TRUE(service) << service.error().message;
    service_ = *std::move(service);
    thread_ = std::jthread([this] { service_->Serve(); });
  }

  Got Ask(const std::string& method, const std::string& path, const std::string& body = "",
          std::vector<http::Header> headers = {}) {
    http::OutgoingRequest request;
    request.method = method;
    request.url = "http://127.0.0.1:" + std::to_string(service_->port()) + path;
    request.headers = std::move(headers);
    if (!body.empty() && !HasType(request.headers)) {
      request.headers.emplace_back("Content-Type", "application/json");
    }
    request.body = body;
    auto download = client_.Send(request, NeverCancelled());
    if (!download) ADD_FAILURE() << path << ": " << download.error().message;
    if (!download) std::abort();
    Got got{(*download)->status(), *std::move(download), {}};
    while (*got.download->Read(got.body, TimePoint::max(), NeverCancelled()) ==
           http::ReadState::kData) {
    }
    return got;
  }

  static bool HasType(const std::vector<http::Header>& headers) {
    for (const auto& [name, value] : headers) {
      if (name == "Content-Type") return true;
    }
    return false;
  }

  Got Chat(const std::string& text) { return Ask("POST", "/v1/chat/completions", ChatBody(text)); }

  long RequestsOf(const std::string& key) { return mock_->stats().requests_of(key); }

  std::unique_ptr<mock::MockServer> mock_;
  config::Config config_;
  std::unique_ptr<Log> log_ = Log::Silent();
  std::unique_ptr<store::Database> database_ = store::Database::OpenInMemory();
  static constexpr std::size_t kKept = 4;  ///< idle connections; few, so that leaks are noticed
  http::CurlTransport upstream_{{.max_idle = kKept}};
  const upstream::Providers* providers_ = &upstream::BuiltInProviders();
  http::Transport* transport_ = &upstream_;  ///< replaced by tests that restrict it
  http::CurlTransport client_{{.max_idle = kKept}};
  std::unique_ptr<http::Transport> media_ = upstream::NewMediaTransport();
  std::unique_ptr<Service> service_;
  std::jthread thread_;
};

}  // namespace agm::gateway
