#include "core/gateway/pins.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <variant>

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

TEST(Pins, AnIdEndsAtTheFirstOtherCharacter) {
  EXPECT_EQ(ResourceName("files/azAZ09-_."), "files/azAZ09-_.");
  for (const char* stop : {"`", "{", "@", "[", "/", ":", ",", "?", "\""}) {
    EXPECT_EQ(ResourceName("files/a" + std::string(stop) + "b"), "files/a") << stop;
  }
}

TEST(Pins, NameTheResourcesThatAreOnDifferentAccounts) {
  const auto database = store::Database::OpenInMemory();
  store::Resources resources(*database);
  const WallTime now{std::chrono::hours(1000)};
  resources.Keep({"files/a", "ann", "one", "{}", now, now + std::chrono::hours(1)});
  resources.Keep({"files/b", "ann", "two", "{}", now, now + std::chrono::hours(1)});
  const auto holder = HolderOf(resources, {"files/a", "files/b"}, "ann", now);
  ASSERT_FALSE(holder);
  EXPECT_TRUE(holder.error().message.starts_with("files/a and files/b are on different accounts"))
      << holder.error().message;
}

chat::Request WithFile(const std::string& uri, const std::string& path) {
  chat::Media media;
  media.uri = uri;
  media.place.path = path;
  chat::Request request;
  request.messages.push_back({chat::Role::kUser, {media}, {}});
  return request;
}

TEST(Pins, AFileNamedByItsIdMustBeTheCallersOwn) {
  const auto database = store::Database::OpenInMemory();
  store::Resources resources(*database);
  const WallTime now{std::chrono::hours(1000)};
  resources.Keep({"files/a", "ann", "one", R"({"uri":"https://h/files/a","mimeType":"text/plain"})",
                  now, now + std::chrono::hours(1)});
  chat::Request own = WithFile("files/a", "messages[0]");
  EXPECT_EQ(*PinMedia(resources, own, "ann", now), "one");
  const auto& media = std::get<chat::Media>(own.messages[0].blocks[0]);
  EXPECT_EQ(media.uri, "https://h/files/a");
  EXPECT_EQ(media.mime, "text/plain");

  for (const auto& [caller, file] : {std::pair("bob", "files/a"), std::pair("ann", "files/b")}) {
    chat::Request other = WithFile(file, "messages[0]");
    const auto refused = PinMedia(resources, other, caller, now);
    ASSERT_FALSE(refused) << caller;
    EXPECT_EQ(refused.error().code, ErrorCode::kNotFound);
    EXPECT_EQ(refused.error().param, "messages[0]");
    EXPECT_EQ(refused.error().reason, "resource_not_found");
    EXPECT_TRUE(refused.error().message.starts_with("messages[0]: there is no files/"))
        << refused.error().message;
  }
  chat::Request bare = WithFile("files/b", "");
  EXPECT_TRUE(PinMedia(resources, bare, "ann", now).error().message.starts_with("there is no "));
  chat::Request elsewhere = WithFile("https://h/v1beta/files/b", "messages[0]");
  EXPECT_EQ(*PinMedia(resources, elsewhere, "ann", now), "") << "the upstream may know it";
}

TEST(Pins, OnlyANamedResourceHasTheReason) {
  EXPECT_EQ(NoSuchResource("files/a").reason, "resource_not_found");
  EXPECT_NE(NoSuchResource("upload session").reason, "resource_not_found");
}

}  // namespace
}  // namespace agm::gateway
