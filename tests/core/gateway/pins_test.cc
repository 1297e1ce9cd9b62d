#include "core/gateway/pins.h"

#include <gtest/gtest.h>

#include <string>

namespace agm::gateway {
namespace {

TEST(Pins, ReadTheNameOfAResource) {
  EXPECT_EQ(ResourceName("https://generativelanguage.googleapis.com/v1beta/files/ab-1"),
            "files/ab-1");
  EXPECT_EQ(ResourceName("https://h/v1/files/x:download?alt=media"), "files/x");
  EXPECT_EQ(ResourceName("files/x"), "files/x");
  EXPECT_EQ(ResourceName("cachedContents/y"), "cachedContents/y");
  for (const char* other : {"", "gs://bucket/profiles/x", "https://h/a.png", "files/", "files"}) {
    EXPECT_EQ(ResourceName(other), "") << other;
  }
}

TEST(Pins, FindTheResourcesOfABody) {
  const auto names = ResourcesIn(
      R"({"contents":[{"parts":[{"fileData":{"fileUri": "https://h/v1beta/files/a"}},
      {"text":"\"fileUri\":\"files/no\""},{"file_data":{"file_uri":"files/b"}}]}],
      "cachedContent" : "cachedContents/c"})");
  EXPECT_EQ(names, (std::vector<std::string>{"files/a", "files/b", "cachedContents/c"}));
}

TEST(Pins, TellTheHolderOfAllNamedResources) {
  const auto database = store::Database::OpenInMemory();
  store::Resources resources(*database);
  const WallTime now{std::chrono::hours(1000)};
  const WallTime later = now + std::chrono::hours(1);
  resources.Keep({"files/a", "ann", "one", "{}", now, later});
  resources.Keep({"files/b", "ann", "two", "{}", now, later});
  resources.Keep({"files/c", "bob", "one", "{}", now, later});
  EXPECT_EQ(*HolderOf(resources, {}, "ann", now), "");
  EXPECT_EQ(*HolderOf(resources, {"files/a", "files/unknown"}, "ann", now), "one");
  EXPECT_EQ(HolderOf(resources, {"files/a", "files/b"}, "ann", now).error().code,
            ErrorCode::kInvalidRequest);
  EXPECT_EQ(HolderOf(resources, {"files/c"}, "ann", now).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(*HolderOf(resources, {"files/a"}, "ann", later), "");
}

TEST(Pins, ReadGooglesTimes) {
  const WallTime otherwise{};
  EXPECT_EQ(ReadGoogleTime("1970-01-02T00:00:01.5Z", otherwise),
            WallTime(std::chrono::seconds(86401)));
  EXPECT_EQ(ReadGoogleTime("soon", otherwise), otherwise);
  EXPECT_EQ(ReadGoogleTime("2026-13-01T00:00:00Z", otherwise), otherwise);
}

}  // namespace
}  // namespace agm::gateway
