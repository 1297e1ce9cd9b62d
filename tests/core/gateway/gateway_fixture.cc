#include "tests/core/gateway/gateway_fixture.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace agm::gateway {

std::string Got::header(std::string_view name) const { return std::string(download->header(name)); }

Json Got::json() const { return Json::parse(body, nullptr, false); }

config::Account AccountOf(const std::string& name, const std::string& key, const std::string& url) {
  config::Account account;
  account.name = name;
  account.email = name + "@example.com";
  account.api_key = Secret(key);
  account.base_url = url;
  account.project = "project-" + name;
  return account;
}

std::string ChatBody(const std::string& text, bool stream, const std::string& model) {
  return DumpJson(Json{{"model", model},
                       {"stream", stream},
                       {"messages", Json::array({{{"role", "user"}, {"content", text}}})}});
}

GatewayTest::GatewayTest() = default;
GatewayTest::~GatewayTest() = default;

void GatewayTest::SetUp() {
  auto mock = mock::MockServer::Start({.keep_requests = 100});
  ASSERT_TRUE(mock) << mock.error().message;
  mock_ = *std::move(mock);
  config_.proxy.port = 0;
  config_.proxy.max_wait = Duration(0);
}

void GatewayTest::TearDown() {
  if (!service_) return;
  service_->Stop(Duration(0));
  thread_.join();
  service_.reset();
}

void GatewayTest::Add(const std::string& name, const std::string& key) {
  config_.accounts.push_back(AccountOf(name, key, mock_->base_url()));
}

void GatewayTest::Start(std::unique_ptr<store::Database> requests) {
  Run(Service::Start(std::make_shared<const config::Config>(config_), *log_, SystemClock(),
                     *transport_, *database_, std::exchange(media_, upstream::NewMediaTransport()),
                     std::move(requests), *providers_));
}

void GatewayTest::StartAt(Clock& clock) {
  Run(Service::Start(std::make_shared<const config::Config>(config_), *log_, clock, *transport_,
                     *database_));
}

void GatewayTest::Run(Result<std::unique_ptr<Service>> service) {
  ASSERT_TRUE(service) << service.error().message;
  service_ = *std::move(service);
  thread_ = std::jthread([this] { EXPECT_TRUE(service_->Serve()); });
}

std::unique_ptr<store::Database> GatewayTest::LogIn(const std::filesystem::path& folder) {
  return store::Database::Open(folder, Duration(2'000), ledger::RequestsFile());
}

void GatewayTest::End() {
  service_->FlushLog();
  TearDown();
}

Got GatewayTest::Ask(const std::string& method, const std::string& path, const std::string& body,
                     std::vector<http::Header> headers) {
  http::OutgoingRequest request;
  request.method = method;
  request.url = "http://127.0.0.1:" + std::to_string(service_->port()) + path;
  request.headers = std::move(headers);
  const bool typed = std::ranges::count(request.headers, "Content-Type", &http::Header::first) > 0;
  if (!body.empty() && !typed) request.headers.emplace_back("Content-Type", "application/json");
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

Got GatewayTest::Chat(const std::string& text) {
  return Ask("POST", "/v1/chat/completions", ChatBody(text));
}

Json GatewayTest::RowOf(const Got& got) {
  service_->FlushLog();
  return Ask("GET", "/agm/requests/" + got.header("x-request-id")).json();
}

long GatewayTest::RequestsOf(const std::string& key) { return mock_->stats().requests_of(key); }

}  // namespace agm::gateway
