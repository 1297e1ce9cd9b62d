#include "core/config/server_address.h"

#include <gtest/gtest.h>

namespace agm::config {
namespace {

TEST(ServerAddress, ReadsHostPortAndDatabase) {
  const auto address = ReadServerAddress("redis://10.0.0.7:6380/3");
  ASSERT_TRUE(address) << address.error().message;
  EXPECT_EQ(address->host, "10.0.0.7");
  EXPECT_EQ(address->port, 6380);
  EXPECT_EQ(address->database, 3);
  EXPECT_EQ(address->Shown(), "10.0.0.7:6380/3");
}

TEST(ServerAddress, HasDefaults) {
  const auto address = ReadServerAddress("redis://valkey.internal");
  ASSERT_TRUE(address);
  EXPECT_EQ(address->Shown(), "valkey.internal:6379/0");
  EXPECT_EQ(ReadServerAddress("redis://[::1]:7000")->Shown(), "[::1]:7000/0");
}

TEST(ServerAddress, ReadsUserAndPasswordAndShowsNeither) {
  const auto address = ReadServerAddress("redis://agm:p%40ss@h/0");
  ASSERT_TRUE(address);
  EXPECT_EQ(address->user, "agm");
  EXPECT_EQ(address->password.Reveal(), "p@ss");
  EXPECT_EQ(address->Shown(), "h:6379/0");
  EXPECT_EQ(ReadServerAddress("redis://:pw@h")->password.Reveal(), "pw");
}

TEST(ServerAddress, ReadsAUnixSocket) {
  const auto address = ReadServerAddress("unix://agm:pw@/run/valkey.sock?db=2");
  ASSERT_TRUE(address) << address.error().message;
  EXPECT_EQ(address->path, "/run/valkey.sock");
  EXPECT_EQ(address->user, "agm");
  EXPECT_EQ(address->database, 2);
}

TEST(ServerAddress, SaysThatThereIsNoTls) {
  const auto address = ReadServerAddress("rediss://h");
  ASSERT_FALSE(address);
  EXPECT_NE(address.error().message.find("TLS"), std::string::npos);
}

TEST(ServerAddress, RefusesOthersWithoutShowingThem) {
  for (const char* url : {"", "h:6379", "http://:secret@h", "redis://h/x", "redis://h:99999",
                          "unix://relative", "unix:///s?db=secret"}) {
    const auto address = ReadServerAddress(url);
    ASSERT_FALSE(address) << url;
    EXPECT_EQ(address.error().message.find("secret"), std::string::npos) << url;
  }
}

TEST(ServerAddress, TakesThePortsAndDatabasesThatThereAre) {
  for (const char* good : {"redis://h:65535", "redis://h:1/1000000", "redis://h:1/0",
                           "unix:///run/v.sock?db=1000000"}) {
    EXPECT_TRUE(ReadServerAddress(good)) << good;
  }
  for (const char* bad : {"redis://h:65536", "redis://h:1/1000001", "redis://h:1/-1",
                          "unix:///run/v.sock?db=1000001", "unix:///run/v.sock?db="}) {
    EXPECT_FALSE(ReadServerAddress(bad)) << bad;
  }
}

}  // namespace
}  // namespace agm::config
