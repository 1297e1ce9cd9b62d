#include "cli/clients/connection.h"

#include "cli/serve_lines.h"
#include "tests/cli/command_fixture.h"

namespace agm::cli {
namespace {

/// The model for a gateway that lists these.
std::string ModelAmong(const std::vector<std::string>& ids) {
  CommandTest t;
  Json list = {{"object", "list"}, {"data", Json::array()}};
  for (const std::string& id : ids) list["data"].push_back({{"id", id}});
  t.gateway.answers["GET /v1/models"] = {200, DumpJson(list)};
  const auto connection = FindConnection(t.context(), {});
  EXPECT_TRUE(connection && connection->running);
  return connection ? connection->model : connection.error().message;
}

TEST(FindConnection, PrefersTheNewestFlash) {
  EXPECT_EQ(ModelAmong({"gemini-2.5-flash", "gemini-3.8-flash", "gemini-3.8-pro",
                        "gemini-3.1-flash-preview"}),
            "gemini-3.8-flash");
}

TEST(FindConnection, PrefersNoModelForOtherWork) {
  for (const char* other :
       {"gemini-9-flash-lite", "gemini-9-flash-image", "gemini-9-flash-tts", "gemini-9-flash-live",
        "gemini-9-flash-latest", "gemini-x-flash", "gemini-", "gemini-9-pro", "another9-flash",
        "othermo9-flash", "work/gemini-9-flash"}) {
    EXPECT_EQ(ModelAmong({"gemini-3.8-flash", other}), "gemini-3.8-flash") << other;
    EXPECT_EQ(ModelAmong({other}), "gemini-2.5-flash") << other;
  }
}

TEST(FindConnection, KnowsAModelWhereTheGatewayListsNone) {
  EXPECT_EQ(ModelAmong({}), "gemini-2.5-flash");
  CommandTest t;
  t.gateway.answers["GET /v1/models"] = {200, "no JSON"};
  EXPECT_EQ(FindConnection(t.context(), {})->model, "gemini-2.5-flash");
  t.gateway.up = false;
  EXPECT_EQ(FindConnection(t.context(), {})->model, "gemini-2.5-flash");
  EXPECT_FALSE(FindConnection(t.context(), {})->running);
  ConnectionWishes wishes;
  wishes.model = "mine";
  EXPECT_EQ(FindConnection(t.context(), wishes)->model, "mine");
}

TEST(FindConnection, NamesTheAddressForOtherMachines) {
  CommandTest t;
  t.WriteConfig("[proxy]\nport = 9002\nallow_lan_access = true\nauth_mode = \"off\"\n");
  ConnectionWishes wishes;
  wishes.lan = true;
  const auto connection = FindConnection(t.context(), wishes);
  ASSERT_TRUE(connection) << connection.error().message;
  const auto addresses = LanAddresses();
  EXPECT_EQ(connection->base,
            "http://" + (addresses.empty() ? "127.0.0.1" : addresses.front()) + ":9002");
}

TEST(FindConnection, NeedsAPort) {
  CommandTest t;
  t.WriteConfig("[proxy]\nport = 0\n");
  t.gateway.up = false;
  const auto connection = FindConnection(t.context(), {});
  ASSERT_FALSE(connection);
  EXPECT_EQ(connection.error().code, ErrorCode::kConfig);
}

TEST(FindConnection, TakesTheKeyThatIsNamed) {
  CommandTest t;
  t.WriteConfig("[proxy]\napi_keys = [{ name = \"laptop\", key = \"sk-of-laptop\" }]\n");
  ConnectionWishes wishes;
  wishes.key = "laptop";
  const auto connection = FindConnection(t.context(), wishes);
  ASSERT_TRUE(connection) << connection.error().message;
  EXPECT_EQ(connection->key, "sk-of-laptop");
  EXPECT_TRUE(connection->secret);
  wishes.key = "desk";
  EXPECT_EQ(FindConnection(t.context(), wishes).error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace agm::cli
