// Stores of several machines that tell each other of their rows.

#include "core/store/copies.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/store/conversations.h"
#include "core/store/database.h"
#include "core/store/resources.h"
#include "tests/support/temp_dir.h"

namespace agm::store {
namespace {

WallTime At(std::int64_t milliseconds) { return WallTime(Duration(milliseconds)); }

/// What all machines share: announced rows reach each of the others at once.
class Wire {
 public:
  struct End : Copies {
    explicit End(Wire& shared) : wire(shared) { wire.ends_.push_back(this); }
    void Announce(Kind kind, const std::string& key, const std::string& value) override {
      for (End* end : wire.ends_) {
        if (end != this) end->Hear(kind, key, value);
      }
    }
    void Follow(Kind kind, Receive receive) override { receivers[kind] = std::move(receive); }
    void Keep(const std::string& name, std::string text, Duration expiry) override {
      wire.texts_[name] = std::move(text);
      wire.expiry_ = expiry;
    }
    void Drop(const std::string& name) override { wire.texts_.erase(name); }
    std::optional<std::string> Find(const std::string& name) override {
      const auto found = wire.texts_.find(name);
      return found == wire.texts_.end() ? std::nullopt : std::optional(found->second);
    }
    void Hear(Kind kind, const std::string& key, const std::string& value) {
      if (const auto found = receivers.find(kind); found != receivers.end()) {
        found->second(key, value);
      }
    }

    Wire& wire;
    std::map<Kind, Receive> receivers;
  };

  std::map<std::string, std::string>& texts() { return texts_; }
  Duration expiry() const { return expiry_; }

 private:
  std::vector<End*> ends_;
  std::map<std::string, std::string> texts_;
  Duration expiry_{};
};

struct Machine {
  explicit Machine(Wire& wire) : end(wire) {}

  Wire::End end;
  std::unique_ptr<Database> database = Database::OpenInMemory();
  Conversations conversations{*database, &end};
  Resources resources{*database, &end};
};

struct Copied : ::testing::Test {
  Wire wire;
  Machine here{wire};
  Machine there{wire};
};

SavedResponse Response() {
  return {"resp_1", "ci", At(1'000), R"({"id":"resp_1"})", "[1]", "[1,2]"};
}

TEST_F(Copied, AResponseIsFoundOnTheOtherMachine) {
  here.conversations.Keep(Response());
  const auto found = there.conversations.Find("ci", "resp_1");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, "resp_1");
  EXPECT_EQ(found->owner, "ci");
  EXPECT_EQ(found->created, At(1'000));
  EXPECT_EQ(found->object, R"({"id":"resp_1"})");
  EXPECT_EQ(found->input, "[1]");
  EXPECT_EQ(found->items, "[1,2]");
  EXPECT_EQ(wire.expiry(), std::chrono::hours(24 * 30));
}

TEST_F(Copied, AResponseOfTheOtherMachineIsKeptInTheOwnFileOnceFound) {
  here.conversations.Keep(Response());
  ASSERT_TRUE(there.conversations.Find("ci", "resp_1"));
  wire.texts().clear();
  EXPECT_TRUE(there.conversations.Find("ci", "resp_1"));
}

TEST_F(Copied, AResponseOfTheOtherMachineIsForItsOwnerAlone) {
  here.conversations.Keep(Response());
  EXPECT_FALSE(there.conversations.Find("home", "resp_1"));
  EXPECT_FALSE(there.conversations.Find("ci", "resp_2"));
  EXPECT_FALSE(there.conversations.Remove("home", "resp_1"));
  EXPECT_TRUE(there.conversations.Find("ci", "resp_1"));
}

TEST_F(Copied, ATextThatIsNoResponseIsNotFound) {
  wire.texts()["response:resp_1"] = "no JSON";
  EXPECT_FALSE(there.conversations.Find("", "resp_1"));
  EXPECT_FALSE(there.conversations.Find("ci", "resp_1"));
}

TEST_F(Copied, ARemovedResponseIsGoneOnAllMachines) {
  here.conversations.Keep(Response());
  ASSERT_TRUE(there.conversations.Find("ci", "resp_1"));
  EXPECT_TRUE(here.conversations.Remove("ci", "resp_1"));
  EXPECT_TRUE(wire.texts().empty());
  EXPECT_FALSE(here.conversations.Find("ci", "resp_1"));
  EXPECT_FALSE(there.conversations.Find("ci", "resp_1"));
}

TEST_F(Copied, ASignatureIsFoundOnTheOtherMachineWithoutAsking) {
  here.conversations.KeepSignature("call_1", "gemini-3", "c2lnbmF0dXJl", At(1'000));
  const auto found = there.conversations.FindSignature("call_1", "gemini-3");
  EXPECT_EQ(found.signature, "c2lnbmF0dXJl");
  EXPECT_TRUE(found.sure);
  EXPECT_EQ(there.conversations.FindSignature("call_1", "gemini-2.5").signature, "");
  EXPECT_EQ(here.conversations.FindSignature("call_1", "gemini-3").signature, "c2lnbmF0dXJl");
}

TEST_F(Copied, ASignatureThatCannotBeReadIsLeftOut) {
  there.end.Hear(Copies::Kind::kSignature, "call_1", "no JSON");
  EXPECT_EQ(there.conversations.FindSignature("call_1", "").signature, "");
}

TEST_F(Copied, AResourceIsFoundOnTheOtherMachineUntilItIsRemoved) {
  here.resources.Keep({"files/abc", "ci", "work", "{}", At(1'000), At(9'000)});
  const auto found = there.resources.Find("files/abc", At(2'000));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->owner, "ci");
  EXPECT_EQ(found->account, "work");
  EXPECT_EQ(found->expires, At(9'000));
  there.resources.Remove("files/abc");
  EXPECT_FALSE(here.resources.Find("files/abc", At(2'000)));
  EXPECT_FALSE(there.resources.Find("files/abc", At(2'000)));
}

TEST_F(Copied, AResourceThatCannotBeReadIsLeftOut) {
  there.end.Hear(Copies::Kind::kResource, "", "no JSON");
  there.end.Hear(Copies::Kind::kResource, "files/abc", "no JSON");
  EXPECT_TRUE(there.resources.List("", "", At(-1)).empty());
}

TEST_F(Copied, TheHomeOfACallerIsTheSameOnAllMachines) {
  here.resources.SetHome("ci", "work");
  EXPECT_EQ(here.resources.Home("ci"), "work");
  EXPECT_EQ(there.resources.Home("ci"), "work");
  there.resources.SetHome("ci", "spare");
  EXPECT_EQ(here.resources.Home("ci"), "spare");
  EXPECT_EQ(here.resources.Home("home"), "");
}

TEST(Conversations, ForgetsWhatIsOlderThanThirtyDays) {
  constexpr std::int64_t kDay = std::int64_t{24} * 3'600 * 1'000;
  const auto database = Database::OpenInMemory();
  Conversations conversations(*database);
  conversations.Keep({"old", "ci", At(kDay), "{}", "[]", "[]"});
  conversations.KeepSignature("old", "f", "s", At(kDay));
  conversations.Keep({"edge", "ci", At(kDay + 1), "{}", "[]", "[]"});
  conversations.KeepSignature("edge", "f", "s", At(kDay + 1));
  EXPECT_TRUE(conversations.Find("ci", "old"));
  EXPECT_EQ(conversations.FindSignature("old", "f").signature, "s");
  conversations.Keep({"new", "ci", At(31 * kDay + 1), "{}", "[]", "[]"});
  conversations.KeepSignature("new", "f", "s", At(31 * kDay + 1));
  EXPECT_FALSE(conversations.Find("ci", "old"));
  EXPECT_EQ(conversations.FindSignature("old", "f").signature, "");
  EXPECT_TRUE(conversations.Find("ci", "edge"));
  EXPECT_EQ(conversations.FindSignature("edge", "f").signature, "s");
  EXPECT_TRUE(conversations.Find("ci", "new"));
}

TEST(Resources, AreListedByOwnerAndKindTheNewestFirst) {
  const auto database = Database::OpenInMemory();
  Resources resources(*database);
  resources.Keep({"files/a", "ci", "work", "{}", At(1), At(100)});
  resources.Keep({"files/b", "ci", "work", "{}", At(2), At(100)});
  resources.Keep({"files/c", "home", "work", "{}", At(3), At(100)});
  resources.Keep({"batches/d", "ci", "work", "{}", At(4), At(100)});
  resources.Keep({"files/e", "ci", "work", "{}", At(5), At(50)});
  const auto names = [&](const char* prefix, std::int64_t now) {
    std::string all;
    for (const Resource& each : resources.List("ci", prefix, At(now))) all += each.name + " ";
    return all;
  };
  EXPECT_EQ(names("files/", 10), "files/e files/b files/a ");
  EXPECT_EQ(names("files/", 50), "files/b files/a ");
  EXPECT_EQ(names("", 99), "batches/d files/b files/a ");
  EXPECT_EQ(names("", 100), "");
}

TEST(Conversations, KeepsTheNewestFiveThousandResponsesAndFiftyThousandSignatures) {
  const auto database = Database::OpenInMemory();
  Conversations conversations(*database);
  ASSERT_TRUE(database->Transact([](Connection& connection) {
    auto made = connection.Run(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5001) "
        "INSERT INTO response (id, owner, created, object, input, items) "
        "SELECT 'r' || i, 'ci', i, '{}', '[]', '[]' FROM n");
    if (!made) return made;
    return connection.Run(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50001) "
        "INSERT INTO signature (call, family, signature, created) "
        "SELECT 'c' || i, 'f', 's', i FROM n");
  }));
  conversations.Keep({"new", "ci", At(6'000), "{}", "[]", "[]"});
  conversations.KeepSignature("new", "f", "s", At(60'000));
  EXPECT_FALSE(conversations.Find("ci", "r2"));
  EXPECT_TRUE(conversations.Find("ci", "r3"));
  EXPECT_TRUE(conversations.Find("ci", "new"));
  EXPECT_EQ(conversations.FindSignature("c2", "f").signature, "");
  EXPECT_EQ(conversations.FindSignature("c3", "f").signature, "s");
  EXPECT_EQ(conversations.FindSignature("new", "f").signature, "s");
}

TEST(Conversations, AreNotSureOfASignatureWhileTheFileCannotBeWritten) {
  const test::TempDir folder;
  const auto database = Database::Open(folder.path(), Duration(10));
  Conversations conversations(*database);
  EXPECT_TRUE(conversations.FindSignature("call_1", "f").sure);
  auto other = Connection::Open(folder / "state.db", Duration(1'000));
  ASSERT_TRUE(other && other->Run("BEGIN IMMEDIATE"));
  conversations.KeepSignature("call_1", "f", "s", At(1'000));
  EXPECT_FALSE(conversations.FindSignature("call_1", "f").sure);
  ASSERT_TRUE(other->Run("ROLLBACK"));
  const auto found = conversations.FindSignature("call_1", "f");
  EXPECT_TRUE(found.sure);
  EXPECT_EQ(found.signature, "s");
}

TEST(Resources, ForgetsThoseThatHadExpiredWhenAnotherIsCreated) {
  const auto database = Database::OpenInMemory();
  Resources resources(*database);
  resources.Keep({"files/a", "ci", "work", "{}", At(1), At(10)});
  resources.Keep({"files/b", "ci", "work", "{}", At(10), At(20)});
  EXPECT_TRUE(resources.Find("files/a", At(1))) << "it ends at that moment";
  resources.Keep({"files/c", "ci", "work", "{}", At(11), At(20)});
  EXPECT_FALSE(resources.Find("files/a", At(1)));
  EXPECT_TRUE(resources.Find("files/b", At(1)));
}

}  // namespace
}  // namespace agm::store
