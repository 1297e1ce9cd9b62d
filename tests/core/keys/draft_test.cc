#include "core/keys/draft.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace agm::keys {
namespace {

const WallTime kNow = std::chrono::sys_days(std::chrono::year(2026) / 11 / 28);

/// The value that a draft gives a field, as TOML; "removed", "unchanged" or "refused".
std::string Value(const Draft& draft, const std::string& name, const config::ClientKey& now = {}) {
  const auto fields = FieldsOf(draft, now, kNow);
  if (!fields) return "refused";
  for (const config::Field& field : *fields) {
    if (field.key != name) continue;
    if (!field.value) return "removed";
    const std::string text =
        "[[keys]]\nname = \"ci\"\nid = \"abcd\"\nhash = \"sha256:" + std::string(64, '0') + "\"\n";
    const auto edited =
        config::EditText(text, config::UpdateEntry{"ci", {field}, config::kKeyList});
    return edited ? edited->substr(text.size()) : "refused: " + edited.error().message;
  }
  return "unchanged";
}

std::string Budget(const std::vector<std::string>& texts, const config::ClientKey& now = {}) {
  Draft draft;
  draft.budgets = texts;
  return Value(draft, "budget", now);
}

TEST(Draft, ReadsBudgetsAsPeopleWriteThem) {
  EXPECT_EQ(Budget({"2/day", "20/month"}), "budget = { day = 2, month = 20 }\n");
  EXPECT_EQ(Budget({"$2.50/day"}), "budget = { day = 2.5 }\n");
  EXPECT_EQ(Budget({"0.000000001/month"}), "budget = { month = 0.000000001 }\n");
  EXPECT_EQ(Budget({"1.5k/month"}), "budget = { month = 1500 }\n");
  EXPECT_EQ(Budget({"100000000.5/day"}), "budget = { day = 100000000.5 }\n");
  EXPECT_EQ(Budget({"0/day"}), "budget = { day = 0 }\n");
}

TEST(Draft, KeepsTheWindowThatIsNotNamed) {
  config::ClientKey now;
  now.budget = {2'000'000'000, 20'000'000'000};
  EXPECT_EQ(Budget({"4/day"}, now), "budget = { day = 4, month = 20 }\n");
  EXPECT_EQ(Budget({"none/day"}, now), "budget = { month = 20 }\n");
  EXPECT_EQ(Budget({"none"}, now), "removed");
}

TEST(Draft, RefusesAmountsThatAreNone) {
  for (const char* text : {"", "2", "/day", "2/week", "-1/day", "2,5/day", "1e9/day", "nan/day",
                           "0.0000000001/day", "99999999999999999999/day", "2./day", ".5/day",
                           "$/day", "2/day/month", "9999999999999M/day"}) {
    EXPECT_EQ(Budget({text}).substr(0, 7), "refused") << text;
  }
  Draft tokens;
  tokens.tokens = {"1.5/day"};
  EXPECT_EQ(Value(tokens, "tokens"), "refused");
  tokens.tokens = {"5M/day", "1.5k/month"};
  EXPECT_EQ(Value(tokens, "tokens"), "tokens = { day = 5000000, month = 1500 }\n");
}

TEST(Draft, AnEndIsADayASpanOrNever) {
  Draft draft;
  draft.expires = "30d";
  EXPECT_EQ(Value(draft, "expires"), "expires = \"2026-12-28T00:00:00Z\"\n");
  draft.expires = "2027-01-31";
  EXPECT_EQ(Value(draft, "expires"), "expires = \"2027-01-31\"\n");
  draft.expires = "never";
  EXPECT_EQ(Value(draft, "expires"), "removed");
  draft.expires = "soon";
  EXPECT_EQ(Value(draft, "expires"), "refused");
}

TEST(RotateKey, KeepsTheOldSecretForItsGraceOnly) {
  config::ClientKey key;
  key.name = "ci";
  key.hash = "sha256:old";
  const auto fields = [&](Duration grace) {
    return std::get<config::UpdateEntry>(RotateKey(key, "sha256:new", grace, kNow)).fields;
  };
  const auto kept = fields(std::chrono::hours(1));
  ASSERT_EQ(kept.size(), 3U);
  EXPECT_EQ(kept[0].key, "hash");
  EXPECT_EQ(kept[1].key, "previous_hash");
  EXPECT_TRUE(kept[1].value);
  EXPECT_EQ(kept[2].key, "previous_until");
  EXPECT_TRUE(kept[2].value);
  for (const config::Field& field : fields(Duration(0))) {
    EXPECT_EQ(field.value.has_value(), field.key == "hash") << field.key << ": it is removed";
  }
}

TEST(Draft, ALimitOfZeroIsRemoved) {
  Draft draft;
  draft.requests_per_minute = 0;
  draft.parallel = 8;
  EXPECT_EQ(Value(draft, "requests_per_minute"), "removed");
  EXPECT_EQ(Value(draft, "parallel"), "parallel = 8\n");
  EXPECT_EQ(Value(draft, "tokens_per_minute"), "unchanged");
}

TEST(Draft, IsEmptyUntilAnyMemberIsSet) {
  EXPECT_TRUE(Draft().empty());
  std::vector<Draft> drafts(10);
  drafts[0].scopes.emplace();
  drafts[1].models.emplace();
  drafts[2].requests_per_minute = 0;
  drafts[3].tokens_per_minute = 0;
  drafts[4].parallel = 0;
  drafts[5].budgets = {"none"};
  drafts[6].budget_of = "list";
  drafts[7].tokens = {"none"};
  drafts[8].expires = "never";
  drafts[9].enabled = false;
  for (std::size_t i = 0; i < drafts.size(); ++i) EXPECT_FALSE(drafts[i].empty()) << i;
}

TEST(Draft, SetsEveryMemberUnderItsName) {
  Draft draft;
  draft.scopes = {"read"};
  draft.models = {"a", "b"};
  draft.tokens_per_minute = 7;
  draft.budget_of = "billed";
  draft.enabled = false;
  EXPECT_EQ(Value(draft, "scopes"), "scopes = [\"read\"]\n");
  EXPECT_EQ(Value(draft, "models"), "models = [\"a\", \"b\"]\n");
  EXPECT_EQ(Value(draft, "tokens_per_minute"), "tokens_per_minute = 7\n");
  EXPECT_EQ(Value(draft, "budget_of"), "budget_of = \"billed\"\n");
  EXPECT_EQ(Value(draft, "enabled"), "enabled = false\n");
}

TEST(Draft, SaysWhatItExpectsOfAnAmount) {
  const auto message = [](const Draft& draft) {
    const auto fields = FieldsOf(draft, {}, kNow);
    return fields ? std::string() : fields.error().message;
  };
  Draft draft;
  draft.budgets = {"much"};
  EXPECT_EQ(message(draft), "budget: expected an amount such as \"2.50/day\", found \"much\"");
  draft.budgets = {};
  draft.tokens = {"$5/day"};
  EXPECT_EQ(message(draft), "tokens: expected an amount such as \"5M/day\", found \"$5/day\"");
}

TEST(AddKey, PutsIdAndHashBeforeTheOtherFields) {
  const auto put = std::get<config::PutEntry>(AddKey("ci", "abcd", "sha256:x", {{"parallel", 3}}));
  ASSERT_EQ(put.fields.size(), 3U);
  EXPECT_EQ(put.fields[0].key, "id");
  EXPECT_EQ(put.fields[1].key, "hash");
  EXPECT_EQ(put.fields[2].key, "parallel");
  EXPECT_EQ(put.name, "ci");
}

}  // namespace
}  // namespace agm::keys
