#include "core/upstream/media_fetch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "core/http/client/curl_transport.h"
#include "tests/support/fake_transport.h"
#include "tests/support/scripted_server.h"

namespace agm::upstream {
namespace {

using test::FakeAnswer;
using test::FakeTransport;
using test::HttpAnswer;
using test::ScriptedServer;
using test::Visitor;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kPng = "\x89PNG\r\n\x1a\n and so on";

FakeAnswer Bytes(std::string body, const std::string& type) {
  FakeAnswer answer;
  answer.headers = {{"content-type", type}};
  answer.pieces = {std::move(body)};
  return answer;
}

FakeAnswer Redirect(const std::string& location, int status = 302) {
  FakeAnswer answer;
  answer.status = status;
  answer.headers = {{"location", location}};
  return answer;
}

Result<FetchedMedia> Get(http::Transport& transport, const std::string& url,
                         MediaLimits limits = {}) {
  return FetchMedia(transport, url, limits, NeverCancelled());
}

std::string Refusal(const Result<FetchedMedia>& media) {
  EXPECT_FALSE(media);
  if (media) return {};
  EXPECT_EQ(media.error().code, ErrorCode::kInvalidRequest);
  EXPECT_EQ(media.error().reason, "invalid_image_url");
  return media.error().message;
}

std::vector<std::string> Urls(const FakeTransport& transport) {
  std::vector<std::string> urls;
  for (const auto& sent : transport.sent()) urls.push_back(sent.url);
  return urls;
}

TEST(MediaFetch, GivesBytesAndTheTypeThatTheServerSays) {
  FakeTransport transport;
  transport.Answer(Bytes(kPng, "IMAGE/PNG; charset=binary"));
  const auto media = Get(transport, "https://example.com/cat?size=1");
  ASSERT_TRUE(media) << media.error().message;
  EXPECT_EQ(media->mime, "image/png");
  EXPECT_EQ(media->bytes, kPng);
  const auto sent = transport.sent().front();
  EXPECT_EQ(sent.method, "GET");
  EXPECT_EQ(sent.credential, "");
  EXPECT_EQ(transport.open(), 0);
}

TEST(MediaFetch, TellsTheTypeByNameOrBytesWhereTheServerDoesNot) {
  FakeTransport transport;
  transport.Answer(Bytes("x", "application/octet-stream"));
  EXPECT_EQ(Get(transport, "https://example.com/a.JPG?x=y.png")->mime, "image/jpeg");
  transport.Answer(Bytes(kPng, ""));
  EXPECT_EQ(Get(transport, "https://example.com/a")->mime, "image/png");
}

TEST(MediaFetch, TakesImagesSoundFilmTextAndPdf) {
  FakeTransport transport;
  for (const char* type :
       {"image/webp", "audio/wav", "video/mp4", "text/plain", "text/csv", "application/pdf"}) {
    transport.Answer(Bytes("x", type));
    const auto media = Get(transport, "https://example.com/a");
    ASSERT_TRUE(media) << media.error().message;
    EXPECT_EQ(media->mime, type);
  }
}

TEST(MediaFetch, TakesNoOtherTypes) {
  FakeTransport transport;
  transport.Answer(Bytes("PK", "application/zip"));
  EXPECT_THAT(Refusal(Get(transport, "https://example.com/a.png")),
              HasSubstr("example.com: expected an image, audio, video, PDF or text, found "
                        "application/zip"));
  transport.Answer(Bytes("\x01\x02", ""));
  EXPECT_THAT(Refusal(Get(transport, "https://example.com/a")), HasSubstr("found unknown bytes"));
  transport.Answer(Bytes("", "image/png"));
  EXPECT_THAT(Refusal(Get(transport, "https://example.com/a")), HasSubstr("nothing"));
}

TEST(MediaFetch, FollowsRedirectsWhereverTheyLead) {
  FakeTransport transport;
  transport.Answer(Redirect("/b/c?d#e", 301));
  transport.Answer(Redirect("x/y?z=http://q", 307));
  transport.Answer(Redirect("?only=query", 308));
  transport.Answer(Redirect("//cdn.example.org/z", 303));
  transport.Answer(Redirect("http://example.net"));
  transport.Answer(Bytes(kPng, "image/png"));
  EXPECT_TRUE(Get(transport, "https://example.com/a"));
  EXPECT_THAT(Urls(transport), ElementsAre("https://example.com/a", "https://example.com/b/c?d",
                                           "https://example.com/b/x/y?z=http://q",
                                           "https://example.com/b/x/y?only=query",
                                           "https://cdn.example.org/z", "http://example.net/"));
}

TEST(MediaFetch, OnlyARedirectWithALocationLeadsElsewhere) {
  FakeTransport transport;
  FakeAnswer good = Bytes(kPng, "image/png");
  good.headers.emplace_back("location", "https://elsewhere.example/");
  transport.Answer(good);
  EXPECT_TRUE(Get(transport, "https://example.com/a"));
  EXPECT_THAT(Urls(transport), ElementsAre("https://example.com/a"));
  FakeAnswer nowhere = Bytes("moved", "text/plain");
  nowhere.status = 302;
  transport.Answer(nowhere);
  EXPECT_THAT(Refusal(Get(transport, "https://example.com/a")), HasSubstr("status 302"));
}

TEST(MediaFetch, GivesUpOnTheSixthRedirect) {
  FakeTransport transport;
  transport.AnswerBy([](const auto&) { return Redirect("/again"); });
  EXPECT_THAT(Refusal(Get(transport, "https://example.com")),
              HasSubstr("expected at most 5 redirects"));
  EXPECT_EQ(transport.sent().size(), 6U);
}

TEST(MediaFetch, FollowsNoRedirectOutOfHttp) {
  for (const char* location : {"file:///etc/passwd", "ftp://example.com/x", "gopher://x:1/_"}) {
    FakeTransport transport;
    transport.Answer(Redirect(location));
    EXPECT_THAT(Refusal(Get(transport, "https://example.com/a")),
                HasSubstr("example.com: expected"))
        << location;
    EXPECT_EQ(transport.sent().size(), 1U);
  }
}

TEST(MediaFetch, SaysWhatFailedWithoutTheAddress) {
  FakeTransport transport;
  transport.Answer(Bytes("gone", "text/plain"));
  FakeAnswer missing = Bytes("no", "text/html");
  missing.status = 404;
  FakeTransport other;
  other.Answer(missing);
  const std::string why = Refusal(Get(other, "https://example.com/path?token=CANARY"));
  EXPECT_EQ(why, "example.com: it answered with status 404");
  other.Answer(FakeAnswer::Broken(Fail(ErrorCode::kUpstreamUnavailable, "example.com:443: x")));
  EXPECT_EQ(Refusal(Get(other, "https://example.com/path?token=CANARY")),
            "example.com: it cannot be fetched: example.com:443: x");
}

TEST(MediaFetch, IsBoundedInSizeWhetherTheLengthIsToldOrNot) {
  FakeTransport transport;
  FakeAnswer told = Bytes("abc", "image/png");
  told.headers.emplace_back("content-length", "123456789012345678901234567890");
  transport.Answer(told);
  EXPECT_THAT(Refusal(Get(transport, "https://example.com/")), HasSubstr("found more"));
  FakeAnswer endless = Bytes(std::string(600, 'x'), "image/png");
  endless.pieces.push_back(std::string(600, 'x'));
  transport.Answer(endless);
  MediaLimits limits;
  limits.bytes = 1000;
  EXPECT_EQ(Refusal(Get(transport, "https://example.com/", limits)),
            "example.com: expected at most 1000 bytes, found more");
}

TEST(MediaFetch, TakesAsManyBytesAsAreAllowed) {
  FakeTransport transport;
  MediaLimits limits;
  limits.bytes = 1000;
  for (const char* length : {"1000", "000000000000001000"}) {
    FakeAnswer answer = Bytes(std::string(1000, 'x'), "image/png");
    answer.headers.emplace_back("content-length", length);
    transport.Answer(answer);
    const auto media = Get(transport, "https://example.com/", limits);
    ASSERT_TRUE(media) << media.error().message;
    EXPECT_EQ(media->bytes.size(), 1000U);
  }
}

TEST(MediaFetch, IsBoundedInTime) {
  ScriptedServer server([](Visitor& visitor) {
    visitor.ReadRequest();
    visitor.SendSlowly(HttpAnswer(std::string(5000, 'x'), 200, "image/png"), 50, Duration(20));
  });
  http::CurlTransport transport;
  MediaLimits limits;
  const TimePoint begin = SystemClock().Now();
  limits.deadline = begin + Duration(300);
  EXPECT_THAT(Refusal(Get(transport, server.url("/a.png"), limits)), HasSubstr("127.0.0.1"));
  EXPECT_LT(SystemClock().Now() - begin, Duration(1500));
}

class Gone : public Cancellation {
 public:
  int fd() const override { return -1; }
  bool Cancelled() const override { return true; }
};

TEST(MediaFetch, StopsWhenTheClientIsGone) {
  ScriptedServer server([](Visitor& visitor) { visitor.ReadRequest(); });
  http::CurlTransport transport;
  const auto media = FetchMedia(transport, server.url("/a.png"), {}, Gone());
  ASSERT_FALSE(media);
  EXPECT_EQ(media.error().code, ErrorCode::kCancelled);
}

TEST(MediaTransport, ReachesNoAddressOfThisMachine) {
  ScriptedServer server([](Visitor& visitor) {
    while (visitor.ReadRequest()) visitor.Send(HttpAnswer(kPng, 200, "image/png"));
  });
  const auto transport = NewMediaTransport();
  const std::string port = std::to_string(server.port());
  for (const std::string host : {"127.0.0.1", "localhost", "0", "2130706433", "[::1]",
                                 "[::ffff:127.0.0.1]", "169.254.169.254", "10.1.2.3", "0.0.0.0"}) {
    EXPECT_THAT(Refusal(Get(*transport, "http://" + host + ":" + port + "/a.png")),
                HasSubstr("expected a public address"))
        << host;
  }
  EXPECT_EQ(server.connections(), 0);
}

// A public server (here: one that the test's rule allows) that redirects to a private address.
TEST(MediaTransport, IsNotLedInsideByARedirect) {
  std::atomic<int> inside{0};
  ScriptedServer secret([&](Visitor& visitor) {
    ++inside;
    visitor.ReadRequest();
  });
  ScriptedServer server([&](Visitor& visitor) {
    visitor.ReadRequest();
    visitor.Send("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:" +
                 std::to_string(secret.port()) + "/\r\nContent-Length: 0\r\n\r\n");
  });
  int asked = 0;
  http::CurlTransport::Options options;
  options.may_connect = [&](const IpAddress& address) { return asked++ == 0 || IsPublic(address); };
  http::CurlTransport transport(options);
  EXPECT_THAT(Refusal(Get(transport, server.url("/a.png"))), HasSubstr("a public address"));
  EXPECT_EQ(server.connections(), 1);
  EXPECT_EQ(inside, 0);
}

}  // namespace
}  // namespace agm::upstream
