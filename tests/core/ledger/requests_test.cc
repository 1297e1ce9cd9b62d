#include "core/ledger/requests.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "core/ledger/schema.h"
#include "core/ledger/totals.h"
#include "tests/core/ledger/entries.h"
#include "tests/support/temp_dir.h"

namespace agm::ledger {
namespace {

using namespace std::chrono_literals;

class Requests : public testing::Test {
 protected:
  void Write(const std::vector<Entry>& entries) {
    EXPECT_TRUE(database_->Transact(
        [&](store::Connection& connection) { return WriteRequests(connection, entries); }));
  }
  std::vector<Logged> Read(const Filter& filter) {
    std::vector<Logged> rows;
    EXPECT_TRUE(database_->Read([&](store::Connection& connection) -> Result<void> {
      auto read = ReadRequests(connection, filter);
      if (!read) return read.error();
      rows = *std::move(read);
      return {};
    }));
    return rows;
  }
  std::string Ids(const Filter& filter) {
    std::string ids;
    for (const Logged& row : Read(filter)) ids += row.entry.account + " ";
    return ids;
  }
  Result<Logged> Find(std::string_view id) {
    Result<Logged> found = Fail(ErrorCode::kInternal, "not run");
    EXPECT_TRUE(database_->Read([&](store::Connection& connection) -> Result<void> {
      found = FindRequest(connection, id);
      return {};
    }));
    return found;
  }

  test::TempDir folder_;
  std::unique_ptr<store::Database> database_ =
      store::Database::Open(folder_.path(), Duration(2000), RequestsFile());
};

TEST_F(Requests, ARowComesBackAsItWasWritten) {
  Entry entry = Failed();
  entry.dropped = {"logit_bias", "user"};
  entry.rule = "exact gpt-4o";
  entry.tokens = {1, 2, 3, 4, 5, 6, 7, 8, true};
  entry.cost = {12, std::nullopt};
  entry.waited = 30ms;
  entry.first_byte = 5us;
  entry.stream = true;
  entry.tier = "flex";
  entry.trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  Write({entry});
  const auto found = Find(entry.id);
  ASSERT_TRUE(found);
  const Entry& read = found->entry;
  EXPECT_EQ(read.at, entry.at);
  EXPECT_EQ(read.rule, entry.rule);
  EXPECT_EQ(read.dropped, entry.dropped);
  EXPECT_EQ(read.history, entry.history);
  EXPECT_EQ(read.tokens, entry.tokens);
  EXPECT_EQ(read.cost, entry.cost);
  EXPECT_EQ(read.waited, entry.waited);
  EXPECT_EQ(read.first_byte, entry.first_byte);
  EXPECT_EQ(read.upstream, -1us);
  EXPECT_EQ(read.total, entry.total);
  EXPECT_EQ(read.why, entry.why);
  EXPECT_TRUE(read.stream);
  EXPECT_EQ(read.tier, "flex");
  EXPECT_EQ(read.trace, entry.trace);
}

TEST_F(Requests, FiltersRestrictAndTheNewestComesFirst) {
  std::vector<Entry> entries;
  for (int i = 0; i < 4; ++i) {
    Entry entry = i % 2 == 0 ? Answered(kNoon + i * 1s) : Failed(kNoon + i * 1s);
    entry.account = std::string(1, static_cast<char>('a' + i));
    entry.total = std::chrono::seconds(i);
    entries.push_back(entry);
  }
  entries[2].client = "curl/8.1";
  Write(entries);
  EXPECT_EQ(Ids({}), "d c b a ");
  EXPECT_EQ(Ids({.limit = 2}), "d c ");
  EXPECT_EQ(Ids({.errors = true}), "d b ");
  EXPECT_EQ(Ids({.status = 200}), "c a ");
  EXPECT_EQ(Ids({.since = kNoon + 1s, .until = kNoon + 3s}), "c b ");
  EXPECT_EQ(Ids({.after = 2}), "c d ");
  EXPECT_EQ(Ids({.before = 3}), "b a ");
  EXPECT_EQ(Ids({.model = "gemini-2.5-flash"}), "d c b a ");
  EXPECT_EQ(Ids({.model = "gpt-4o", .account = "b"}), "b ");
  EXPECT_EQ(Ids({.errors = true, .client = "codex", .slow = 2s}), "d ");
  EXPECT_EQ(Ids({.client = "curl"}), "c ");
  EXPECT_EQ(Ids({.caller = "nobody"}), "");
}

TEST_F(Requests, AnIdMayBeShortenedWhileItIsUnique) {
  Entry first = Answered(kNoon);
  Entry second = Answered(kNoon);
  first.id = "req_01kb55m00aaaaaaaaaaaaaaa";
  second.id = "req_01kb55m00aaaaaaaaaaaaaab";
  first.at = second.at = *TimeOf(first.id);
  Write({first, second});
  EXPECT_EQ(Find("req_01kb55m00aaaaaaaaaaaaaab")->entry.id, second.id);
  EXPECT_EQ(Find("01kb55m00aaaaaaaaaaaaaab")->entry.id, second.id);
  EXPECT_EQ(Find("req_01kb55").error().code, ErrorCode::kNotFound);
  EXPECT_NE(Find("req_01kb55").error().message.find("more than one"), std::string::npos);
  EXPECT_EQ(Find("req_nothing").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(Find("' OR 1=1").error().code, ErrorCode::kNotFound);
}

TEST_F(Requests, ClearedRowsLeaveNoTraceInTheFiles) {
  Entry entry = Answered();
  entry.model = "canary-model-31415926";
  Write(std::vector<Entry>(50, entry));
  const auto tape = std::make_shared<Tape>();
  tape->Add({"request", 0, "{}", "canary-body-27182818", false});
  ASSERT_TRUE(database_->Transact([&](store::Connection& connection) {
    return WriteTapes(connection, {{entry.at, entry.id, tape}});
  }));
  const auto grep = [&](std::string_view text) {
    int hits = 0;
    for (const auto& file : std::filesystem::directory_iterator(folder_.path())) {
      std::ifstream in(file.path(), std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(in), {}};
      hits += bytes.find(text) != std::string::npos ? 1 : 0;
    }
    return hits;
  };
  ASSERT_GT(grep("canary-model-31415926"), 0);
  ASSERT_GT(grep("canary-body-27182818"), 0);
  ASSERT_TRUE(ClearLog(*database_, std::nullopt));
  EXPECT_EQ(grep("canary-model-31415926"), 0);
  EXPECT_EQ(grep("canary-body-27182818"), 0);
  EXPECT_TRUE(Read({}).empty());
}

TEST_F(Requests, OnlyOldRowsAreClearedOnRequest) {
  Write({Answered(kNoon), Answered(kNoon + 1h)});
  ASSERT_TRUE(ClearLog(*database_, kNoon + 30min));
  const auto left = Read({});
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left.front().entry.at, kNoon + 1h);
}

TEST(RequestId, BeginsWithTheTime) {
  const std::string id = NewRequestId(kNoon);
  EXPECT_EQ(id.size(), 28U);
  EXPECT_EQ(TimeOf(id), kNoon);
  EXPECT_LT(id.substr(0, 13), NewRequestId(kNoon + 1ms).substr(0, 13));
  EXPECT_NE(id, NewRequestId(kNoon));
  EXPECT_EQ(TimeOf("req_short"), std::nullopt);
  EXPECT_EQ(TimeOf("req_!!!!!!!!!aaaaaaaaaaaaaaa"), std::nullopt);
}

TEST_F(Requests, EveryFieldComesBackAsItWasWritten) {
  Entry entry = Answered();
  entry.address = "10.0.0.7";
  entry.upstream = 7us;
  entry.billing = Billing::kFree;
  entry.cost = {12, 0};
  entry.dropped = {"one"};
  Write({entry});
  const auto found = Find(entry.id);
  ASSERT_TRUE(found);
  const Entry& read = found->entry;
  EXPECT_EQ(read.id, entry.id);
  EXPECT_EQ(read.route, entry.route);
  EXPECT_EQ(read.method, entry.method);
  EXPECT_EQ(read.path, entry.path);
  EXPECT_EQ(read.status, 200);
  EXPECT_EQ(read.caller, entry.caller);
  EXPECT_EQ(read.client, entry.client);
  EXPECT_EQ(read.address, entry.address);
  EXPECT_EQ(read.model, entry.model);
  EXPECT_EQ(read.target, entry.target);
  EXPECT_EQ(read.account, entry.account);
  EXPECT_EQ(read.tries, 1);
  EXPECT_EQ(read.error, "");
  EXPECT_EQ(read.phase, entry.phase);
  EXPECT_EQ(read.ended_by, entry.ended_by);
  EXPECT_EQ(read.first_byte, -1us);
  EXPECT_EQ(read.upstream, 7us);
  EXPECT_EQ(read.billing, Billing::kFree);
  EXPECT_EQ(read.cost, entry.cost);
  EXPECT_EQ(read.dropped, entry.dropped);
  EXPECT_TRUE(read.history.empty());
  EXPECT_TRUE(read.calls_model);
}

TEST_F(Requests, ARowWithoutTokensHasUnknownOnes) {
  Entry entry = Answered();
  entry.tokens = {};
  entry.target.clear();
  Write({entry});
  const auto found = Find(entry.id);
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->entry.tokens.known);
  EXPECT_FALSE(found->entry.calls_model);
  EXPECT_TRUE(found->entry.dropped.empty());
}

// Rows of older versions have no such column; their costs show what the account was.
TEST_F(Requests, AnOldRowsCostsTellWhetherItWasBilled) {
  const auto billing = [this](agm::ledger::Cost cost) {
    Entry entry = Answered();
    entry.cost = cost;
    Write({entry});
    EXPECT_TRUE(database_->Transact([](store::Connection& connection) {
      return connection.Run("UPDATE request SET billing = NULL");
    }));
    return Find(entry.id)->entry.billing;
  };
  EXPECT_EQ(billing({12, 12}), Billing::kPaid);
  EXPECT_EQ(billing({12, 0}), Billing::kFree);
  EXPECT_EQ(billing({std::nullopt, 0}), Billing::kFree);
  EXPECT_EQ(billing({0, 0}), Billing::kPaid);
  EXPECT_EQ(billing({12, std::nullopt}), Billing::kUnknown);
}

TEST_F(Requests, FiltersTellRoutesAndHiddenErrorsApart) {
  Entry first = Answered(kNoon);
  first.route = "embeddings";
  first.account = "a";
  Entry second = Answered(kNoon + 1s);
  second.error = "upstream_broke";  // after a status of 200, in the stream
  second.account = "b";
  second.total = 999ms;
  Write({first, second});
  EXPECT_EQ(Ids({.route = "embeddings"}), "a ");
  EXPECT_EQ(Ids({.errors = true}), "b ");
  EXPECT_EQ(Ids({.slow = 999ms}), "b ");
  EXPECT_EQ(Ids({.slow = 1s}), "");
}

TEST_F(Requests, TheNewestSeqIsTheLastRows) {
  const auto newest = [this] {
    Result<std::int64_t> seq = 0;
    EXPECT_TRUE(database_->Read([&](store::Connection& connection) -> Result<void> {
      seq = NewestSeq(connection);
      return {};
    }));
    return *seq;
  };
  EXPECT_EQ(newest(), 0);
  Write({Answered(), Answered()});
  EXPECT_EQ(newest(), Read({}).front().seq);
}

TEST_F(Requests, ATapeComesBackInItsOrder) {
  const Entry entry = Answered();
  const auto tape = std::make_shared<Tape>();
  tape->Add({"request", 0, "{}", "asked", false});
  tape->Add({"upstream", 2, "{\"a\":1}", "answered", true});
  ASSERT_TRUE(database_->Transact([&](store::Connection& connection) {
    return WriteTapes(connection, {{entry.at, entry.id, tape}});
  }));
  ASSERT_TRUE(database_->Read([&](store::Connection& connection) -> Result<void> {
    const auto parts = ReadTape(connection, entry);
    if (!parts) return parts.error();
    EXPECT_EQ(parts->size(), 2U);
    EXPECT_EQ(parts->front().part, "request");
    EXPECT_FALSE(parts->front().cut);
    EXPECT_EQ(parts->back().call, 2);
    EXPECT_EQ(parts->back().head, "{\"a\":1}");
    EXPECT_EQ(parts->back().body, "answered");
    EXPECT_TRUE(parts->back().cut);
    const auto none = ReadTape(connection, Answered());
    EXPECT_TRUE(none && none->empty());
    return {};
  }));
}

}  // namespace
}  // namespace agm::ledger
