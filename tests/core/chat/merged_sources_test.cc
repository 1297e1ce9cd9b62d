#include "core/chat/merged_sources.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/chat/response.h"

namespace agm::chat {
namespace {

/// Gives its events one by one; nothing where a pause stands among them.
class Scripted : public EventSource {
 public:
  explicit Scripted(std::vector<std::optional<Event>> events) : events_(std::move(events)) {}
  std::optional<Event> Next(TimePoint) override {
    if (at_ == events_.size()) {
      ADD_FAILURE() << "asked for more than there is";
      return std::nullopt;
    }
    return events_[at_++];
  }
  Awaited awaited() override { return {7, kNoWait}; }

 private:
  std::vector<std::optional<Event>> events_;
  std::size_t at_ = 0;
};

std::vector<std::optional<Event>> Saying(const std::string& text) {
  Finished finished;
  finished.choices.emplace_back();
  finished.usage.output = 2;
  finished.usage.known = true;
  return {Started{"id", "m"}, BlockStarted{}, BlockDelta{0, text, {}}, BlockStopped{},
          std::move(finished)};
}

MergedSources Merged(std::vector<std::vector<std::optional<Event>>> scripts) {
  CallPlan plan;
  plan.calls = static_cast<int>(scripts.size());
  std::vector<std::unique_ptr<EventSource>> sources;
  for (auto& script : scripts) sources.push_back(std::make_unique<Scripted>(std::move(script)));
  return {std::move(sources), plan};
}

TEST(MergedSources, AreOneResponseWithAChoiceForEachCall) {
  MergedSources merged = Merged({Saying("one"), Saying("two"), Saying("three")});
  Fold fold;
  while (auto event = merged.Next(kNoWait)) fold.Add(*std::move(event));
  const auto response = std::move(fold).Finish();
  ASSERT_TRUE(response);
  ASSERT_EQ(response->choices.size(), 3U);
  EXPECT_EQ(std::get<Text>(response->choices[0].blocks.at(0)).text, "one");
  EXPECT_EQ(std::get<Text>(response->choices[2].blocks.at(0)).text, "three");
  EXPECT_EQ(response->choices[2].index, 2);
  EXPECT_EQ(response->usage.output, 6);
  EXPECT_EQ(merged.awaited().fd, 7) << "that of the last source";
}

TEST(MergedSources, WaitWhileTheirSourceHasNothing) {
  auto script = Saying("one");
  script.insert(script.begin() + 1, std::nullopt);
  MergedSources merged = Merged({std::move(script), Saying("two")});
  ASSERT_TRUE(merged.Next(kNoWait));
  EXPECT_FALSE(merged.Next(kNoWait));
  EXPECT_EQ(merged.awaited().fd, 7) << "what the source waits for";
  EXPECT_TRUE(merged.Next(kNoWait));
}

TEST(MergedSources, EndWithTheFirstFailure) {
  MergedSources merged =
      Merged({{Started{}, Failed{Fail(ErrorCode::kOverloaded, "busy")}}, Saying("two")});
  ASSERT_TRUE(merged.Next(kNoWait));
  const auto last = merged.Next(kNoWait);
  ASSERT_TRUE(last);
  ASSERT_TRUE(std::holds_alternative<Failed>(*last));
  EXPECT_EQ(std::get<Failed>(*last).error.message, "busy");
  EXPECT_FALSE(merged.Next(kNoWait));
}

}  // namespace
}  // namespace agm::chat
