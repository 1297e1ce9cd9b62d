#pragma once

#include <gtest/gtest.h>

#include <filesystem>
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

  std::string header(std::string_view name) const;
  Json json() const;
};

config::Account AccountOf(const std::string& name, const std::string& key, const std::string& url);

/// The body of a chat request with one message.
std::string ChatBody(const std::string& text, bool stream = false,
                     const std::string& model = "gemini-2.5-flash");

/// The gateway over real sockets, between a client and the embedded mock.
class GatewayTest : public ::testing::Test {
 protected:
  GatewayTest();
  ~GatewayTest() override;
  void SetUp() override;
  /// Ends the gateway, if it runs, and destroys it: before the clock and the network of a test.
  void TearDown() override;

  /// Adds an account that the embedded mock serves.
  void Add(const std::string& name, const std::string& key);

  /// Starts the gateway that `config_` describes; its request log is kept in `requests`.
  void Start(std::unique_ptr<store::Database> requests =
                 store::Database::OpenInMemory(ledger::RequestsFile()));
  /// The same with that clock.
  void StartAt(Clock& clock);
  void Run(Result<std::unique_ptr<Service>> service);

  /// A request log whose file is in `folder`.
  static std::unique_ptr<store::Database> LogIn(const std::filesystem::path& folder);

  /// Ends the gateway; its request log is then complete.
  void End();

  Got Ask(const std::string& method, const std::string& path, const std::string& body = "",
          std::vector<http::Header> headers = {});
  Got Chat(const std::string& text);

  /// The row of the request log for the request with that response.
  Json RowOf(const Got& got);

  long RequestsOf(const std::string& key);

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
