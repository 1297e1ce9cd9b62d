#include "core/cluster/shared_rows.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "tests/core/cluster/cluster_node.h"
#include "tests/support/redis_server.h"

namespace agm::cluster {
namespace {

using Kind = store::Copies::Kind;
using test::Eventually;

/// A machine that notes the rows of the others. Call link.Start().
struct RowNode {
  RowNode(const std::string& url, const std::string& name)
      : link(PlaceOf(url, name), SystemClock(), {}, kLongPatience), rows(link) {
    for (const auto& [kind, word] :
         {std::pair{Kind::kResponse, "response"}, std::pair{Kind::kHome, "home"}}) {
      rows.Follow(kind, [this, word](const std::string& key, const std::string& value) {
        const std::lock_guard lock(mutex);
        heard.push_back(fmt::format("{} {}={}", word, key, value));
      });
    }
  }
  ~RowNode() { link.Stop(); }
  bool Starts() {
    link.Start();
    return Connects(link);
  }
  std::vector<std::string> Heard() {
    const std::lock_guard lock(mutex);
    return heard;
  }
  bool Hears(const std::vector<std::string>& all) {
    return Eventually([&] { return Heard() == all; });
  }
  /// How many rows the server has.
  bool ServerHas(std::int64_t count) {
    return Eventually([&] {
      const auto replies = link.Ask({{"XLEN", link.Key("{rows}:log")}});
      return replies && replies->front().number == count;
    });
  }

  std::mutex mutex;
  std::vector<std::string> heard;
  Link link;
  SharedRows rows;
};

class SharedRowsTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!Connection::Available() || !test::RedisServer::Installed()) {
      GTEST_SKIP() << "no redis-server on this machine";
    }
    server_ = std::make_unique<test::RedisServer>();
    first_ = std::make_unique<RowNode>(server_->url(), "a");
    second_ = std::make_unique<RowNode>(server_->url(), "b");
    ASSERT_TRUE(first_->Starts());
  }

  std::unique_ptr<test::RedisServer> server_;
  std::unique_ptr<RowNode> first_;
  std::unique_ptr<RowNode> second_;
};

TEST_F(SharedRowsTest, AreReadByAMachineThatStartsLater) {
  first_->rows.Announce(Kind::kResponse, "one", "1");
  first_->rows.Announce(Kind::kHome, "two\nlines", "2");
  first_->rows.Announce(Kind::kSignature, "not followed", "3");
  ASSERT_TRUE(first_->ServerHas(3));
  ASSERT_TRUE(second_->Starts());
  EXPECT_TRUE(second_->Hears({"response one=1", "home two\nlines=2"}));
  EXPECT_TRUE(first_->Heard().empty());
}

TEST_F(SharedRowsTest, AreHeardWhileBothAreConnectedAndNotAgainLater) {
  ASSERT_TRUE(second_->Starts());
  first_->rows.Announce(Kind::kHome, "two\nlines", "v\n");
  first_->rows.Announce(Kind::kResponse, "", "");
  EXPECT_TRUE(second_->Hears({"home two\nlines=v\n", "response ="}));
  // Both connect again and read what they missed.
  (void)first_->link.Ask({{"CLIENT", "KILL", "TYPE", "pubsub"}});
  first_->rows.Announce(Kind::kHome, "k", "v");
  EXPECT_TRUE(second_->Hears({"home two\nlines=v\n", "response =", "home k=v"}));
  EXPECT_TRUE(first_->Heard().empty());
}

TEST_F(SharedRowsTest, AreReadPageByPage) {
  std::vector<std::string> all;
  for (int i = 0; i < 2'100; ++i) {
    first_->rows.Announce(Kind::kHome, fmt::format("k{}", i), "v");
    all.push_back(fmt::format("home k{}=v", i));
  }
  ASSERT_TRUE(first_->ServerHas(2'100));
  ASSERT_TRUE(second_->Starts());
  EXPECT_TRUE(second_->Hears(all));
}

TEST_F(SharedRowsTest, OfMoreThan64KibibytesStayWhereTheyAre) {
  ASSERT_TRUE(second_->Starts());
  first_->rows.Announce(Kind::kHome, "large", std::string((64U << 10U) + 1, 'x'));
  first_->rows.Announce(Kind::kHome, "fits", std::string(64U << 10U, 'x'));
  EXPECT_TRUE(second_->Hears({"home fits=" + std::string(64U << 10U, 'x')}));
}

TEST_F(SharedRowsTest, KeepTextsForAllMachinesUntilTheyAreDropped) {
  ASSERT_TRUE(second_->Starts());
  EXPECT_EQ(second_->rows.Find("name"), std::nullopt);
  first_->rows.Keep("name", "text", Duration(600'000));
  EXPECT_TRUE(Eventually([&] { return second_->rows.Find("name") == "text"; }));
  EXPECT_EQ(second_->rows.Find("other"), std::nullopt);
  const auto left = first_->link.Ask({{"PTTL", first_->link.Key("{name}")}});
  ASSERT_TRUE(left);
  EXPECT_GT(left->front().number, 0);
  EXPECT_LE(left->front().number, 600'000);
  first_->rows.Drop("name");
  EXPECT_TRUE(Eventually([&] { return !second_->rows.Find("name"); }));
}

TEST_F(SharedRowsTest, KeepTextsOfAtMost8Mebibytes) {
  const std::string most(8U << 20U, 'x');
  first_->rows.Keep("large", most + "x", Duration(600'000));
  first_->rows.Keep("fits", most, Duration(600'000));
  EXPECT_TRUE(Eventually([&] { return first_->rows.Find("fits") == most; }));
  EXPECT_EQ(first_->rows.Find("large"), std::nullopt);
}

TEST_F(SharedRowsTest, AMachineLogsInWithUserPasswordAndDatabase) {
  const auto set =
      first_->link.Ask({{"ACL", "SETUSER", "agm", "on", ">secret", "~*", "&*", "+@all"},
                        {"CONFIG", "SET", "requirepass", "another"}});
  ASSERT_TRUE(set);
  const std::string path = server_->url().substr(std::string("unix://").size());
  RowNode none(server_->url(), "none");
  none.link.Start();
  RowNode user("unix://agm:secret@" + path, "user");
  EXPECT_TRUE(user.Starts()) << user.link.status().why;
  RowNode password("unix://:another@" + path + "?db=3", "password");
  EXPECT_TRUE(password.Starts()) << password.link.status().why;
  user.rows.Keep("name", "text", Duration(600'000));
  EXPECT_TRUE(Eventually([&] { return user.rows.Find("name") == "text"; }));
  EXPECT_EQ(password.rows.Find("name"), std::nullopt) << "it is in another database";
  EXPECT_TRUE(Eventually([&] { return !none.link.status().why.empty(); }));
  EXPECT_FALSE(none.link.connected());
}

}  // namespace
}  // namespace agm::cluster
