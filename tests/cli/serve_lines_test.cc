#include "cli/serve_lines.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "cli/config_changes.h"

namespace agm::cli {
namespace {

std::string Joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

config::Config OneAccount() {
  config::Config config;
  config.accounts.resize(1);
  config.accounts[0].name = "work";
  config.accounts[0].api_key = Secret("AIza-work-key-1234");
  return config;
}

TEST(ServeLines, NameTheAddressToPaste) {
  const config::Config config = OneAccount();
  const Listening listening{8045, 1, false, {"192.168.1.20"}};
  EXPECT_TRUE(
      StartLine(config, listening)
          .ends_with(" listens on http://127.0.0.1:8045 (1 of 1 accounts ready; auth off)"));
  EXPECT_EQ(Joined(AddressLines(config, listening)),
            "  base URL for clients: http://127.0.0.1:8045/v1\n"
            "  page for browsers:    http://127.0.0.1:8045/agm/\n");
  EXPECT_EQ(StartWarning(config), "");
}

TEST(ServeLines, NameTheLanAddressesAndWarnWithoutAKey) {
  config::Config config = OneAccount();
  config.proxy.allow_lan_access = true;
  const Listening listening{8045, 1, false, {"192.168.1.20", "10.0.0.5"}};
  const std::string lines = Joined(AddressLines(config, listening));
  EXPECT_NE(lines.find("from other machines:  http://192.168.1.20:8045/v1\n"), lines.npos) << lines;
  EXPECT_NE(lines.find("http://10.0.0.5:8045/v1\n"), lines.npos) << lines;
  EXPECT_EQ(StartWarning(config), "");
  config.proxy.auth_mode = config::AuthMode::kOff;
  EXPECT_NE(StartWarning(config).find("auth is off"), std::string::npos);
  EXPECT_EQ(Joined(AddressLines(config, listening)).find("/agm/"), std::string::npos);
}

TEST(ServeLines, SayThatTheMockAnswers) {
  const Listening listening{8045, 1, true, {}};
  EXPECT_NE(StartLine(OneAccount(), listening).find("the embedded mock answers"),
            std::string::npos);
}

TEST(ServeLines, LeadOnWithoutAnAccount) {
  const config::Config config;
  EXPECT_NE(StartLine(config, {}).find("agm accounts add"), std::string::npos);
  EXPECT_NE(Joined(AddressLines(config, {})).find("agm serve --mock"), std::string::npos);
}

TEST(ConfigChanges, SayWhatAReloadChanged) {
  const config::Config before = OneAccount();
  EXPECT_EQ(WriteChanges(before, before), "nothing that matters here");
  config::Config after = before;
  after.accounts[0].api_key = Secret("AIza-work-kex-1234");
  after.accounts.push_back(before.accounts[0]);
  after.accounts[1].name = "home";
  after.mapping.push_back({"gpt-4o", {"gemini-2.5-flash"}});
  after.proxy.max_attempts = 5;
  after.proxy.api_keys.push_back({"laptop", Secret("sk-1")});
  EXPECT_EQ(WriteChanges(before, after),
            "account work changed; account home added; 1 mapping rules, were 0; "
            "1 client keys, were 0; max_attempts 5, was 3");
  EXPECT_EQ(WriteChanges(after, before).find("AIza"), std::string::npos);
}

TEST(ServeLines, NameTheCollectorOfTelemetry) {
  config::Config config = OneAccount();
  EXPECT_EQ(Joined(AddressLines(config, {})).find("telemetry"), std::string::npos);
  config.telemetry.endpoint = "http://127.0.0.1:4318";
  EXPECT_NE(
      Joined(AddressLines(config, {})).find("\n  telemetry goes to:    http://127.0.0.1:4318\n"),
      std::string::npos);
}

/// True if a socket of this machine can have the address.
bool IsOurs(const std::string& text) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  if (::inet_pton(AF_INET, text.c_str(), &address.sin_addr) != 1) return false;
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const bool bound = ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return bound;
}

/// The address from which this machine would send to another network; empty if it has no route.
std::string Outgoing() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(9);
  ::inet_pton(AF_INET, "198.51.100.1", &address.sin_addr);
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  std::array<char, INET_ADDRSTRLEN> text{};
  socklen_t size = sizeof address;
  const bool routed =
      ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0 &&
      ::inet_ntop(AF_INET, &address.sin_addr, text.data(), text.size()) != nullptr;
  ::close(fd);
  return routed ? text.data() : "";
}

TEST(LanAddresses, AreThoseByWhichOthersReachThisMachine) {
  const auto addresses = LanAddresses();
  for (const std::string& each : addresses) {
    EXPECT_TRUE(IsOurs(each)) << each;
    EXPECT_FALSE(each.starts_with("127.")) << each;
  }
  const std::string outgoing = Outgoing();
  if (outgoing.empty() || outgoing.starts_with("127.")) GTEST_SKIP() << "no network";
  EXPECT_EQ(std::ranges::count(addresses, outgoing), 1);
}

}  // namespace
}  // namespace agm::cli
