// Bodies that pass through a handler while they arrive: from the server to the client side.

#include "core/http/server/streamed_body.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "core/http/client/curl_transport.h"
#include "tests/core/http/server/running_server.h"

namespace agm::http {
namespace {

const std::string kLarge(3'000'000, 'b');

void StreamFiles(Server& server) {
  server.StreamBodiesIf([](const Head& head) { return head.path.starts_with("/file"); });
}

/// A body in memory, of which the sender tells the size or not.
class TextBody : public BodyReader {
 public:
  TextBody(std::string_view text, bool sized) : rest_(text), size_(text.size()), sized_(sized) {}
  State Read(std::string& out, TimePoint) override {
    begun_ = true;
    out += rest_.substr(0, 100'000);
    rest_.remove_prefix(std::min<std::size_t>(rest_.size(), 100'000));
    return rest_.empty() ? State::kWhole : State::kMore;
  }
  std::optional<std::uint64_t> size() const override {
    return sized_ ? std::optional<std::uint64_t>(size_) : std::nullopt;
  }
  bool begun() const override { return begun_; }
  const std::optional<Error>& failure() const override { return failure_; }

 private:
  std::string_view rest_;
  const std::uint64_t size_;
  const bool sized_;
  bool begun_ = false;
  std::optional<Error> failure_;
};

/// Reads a body to its end; notes the largest piece.
std::string Drain(Request& request, std::size_t& largest) {
  std::string all = request.body;
  if (request.incoming == nullptr) return all;
  for (auto state = BodyReader::State::kMore; state == BodyReader::State::kMore;) {
    std::string piece;
    state = request.incoming->Read(piece, TimePoint::max());
    largest = std::max(largest, piece.size());
    all += piece;
  }
  return request.incoming->failure() ? request.incoming->failure()->message : all;
}

std::string Post(std::string_view path, std::string_view headers, std::string_view body) {
  return "POST " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(headers) +
         "\r\n" + std::string(body);
}

std::string Sized(std::string_view path, std::string_view body) {
  return Post(path, "Content-Length: " + std::to_string(body.size()) + "\r\n", body);
}

TEST(StreamedBody, IsReadWhileItArrivesAndKeepsTheConnection) {
  std::size_t largest = 0;
  Limits limits;
  limits.max_body_size = 1000;
  RunningServer server(
      [&](Request& request) { return Text(std::to_string(Drain(request, largest).size())); },
      limits, StreamFiles);
  auto client = server.Connect();
  for (int i = 0; i < 3; ++i) {
    client.Send(Sized("/file", kLarge));
    const auto answer = client.Read();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, std::to_string(kLarge.size()));
  }
  EXPECT_GT(largest, 0U);
  EXPECT_LE(largest, 128U * 1024);
  client.Send(Sized("/other", kLarge));
  const auto answer = client.Read();
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->head.starts_with("HTTP/1.1 413")) << answer->head;
}

TEST(StreamedBody, ContinuesAClientThatWaits) {
  std::size_t largest = 0;
  RunningServer server([&](Request& request) { return Text(Drain(request, largest)); }, {},
                       StreamFiles);
  auto client = server.Connect();
  client.Send(Post("/file", "Content-Length: 5\r\nExpect: 100-continue\r\n", ""));
  auto answer = client.Read();
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->head.starts_with("HTTP/1.1 100")) << answer->head;
  client.Send("hello");
  answer = client.Read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "hello");
}

TEST(StreamedBody, ClosesAfterAResponseThatDoesNotWantTheRest) {
  RunningServer server([](Request&) { return Text("no", 403); }, {}, StreamFiles);
  auto client = server.Connect();
  client.Send(Post("/file", "Content-Length: 500000\r\n", "begin"));
  const auto answer = client.Read();
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->head.starts_with("HTTP/1.1 403")) << answer->head;
  EXPECT_EQ(answer->header("Connection"), "close");
}

TEST(StreamedBody, FailsWhenTheClientPausesTooLongOrSendsBrokenChunks) {
  std::size_t largest = 0;
  Limits limits;
  limits.header_timeout = Duration(100);
  RunningServer server([&](Request& request) { return Text(Drain(request, largest)); }, limits,
                       StreamFiles);
  auto client = server.Connect();
  client.Send(Post("/file", "Content-Length: 5\r\n", "he"));
  auto answer = client.Read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "the request took too long to arrive");
  auto other = server.Connect();
  other.Send(Post("/file", "Transfer-Encoding: chunked\r\n", "5\r\nhello\r\nzz\r\n"));
  answer = other.Read();
  ASSERT_TRUE(answer);
  EXPECT_NE(answer->body.find("the body's chunks are not well formed"), std::string::npos);
}

TEST(StreamedBody, IsSentUpstreamWithAndWithoutASize) {
  if (OverTls()) GTEST_SKIP() << "the client does not trust the server's certificate";
  std::size_t largest = 0;
  RunningServer server(
      [&](Request& request) {
        std::string framing(request.header("content-length"));
        framing += request.header("transfer-encoding");
        const std::string body = Drain(request, largest);
        return Text((body == kLarge ? "same, " : "differs, ") + framing);
      },
      {}, StreamFiles);
  CurlTransport transport;
  for (const bool sized : {true, false}) {
    TextBody upload(kLarge, sized);
    OutgoingRequest request;
    request.url = "http://127.0.0.1:" + std::to_string(server.port()) + "/file";
    request.upload = &upload;
    auto download = transport.Send(request, NeverCancelled());
    ASSERT_TRUE(download) << download.error().message;
    std::string body;
    while (*(*download)->Read(body, TimePoint::max(), NeverCancelled()) == ReadState::kData) {
    }
    EXPECT_EQ(body, "same, " + (sized ? std::to_string(kLarge.size()) : "chunked"));
  }
}

TEST(StreamedBody, StopsAnUploadThatIsAnsweredEarly) {
  if (OverTls()) GTEST_SKIP() << "the client does not trust the server's certificate";
  RunningServer server([](Request&) { return Text("too much", 413); }, {}, StreamFiles);
  const std::string huge(50'000'000, 'h');
  TextBody upload(huge, true);
  CurlTransport transport;
  OutgoingRequest request;
  request.url = "http://127.0.0.1:" + std::to_string(server.port()) + "/file";
  request.upload = &upload;
  auto download = transport.Send(request, NeverCancelled());
  ASSERT_TRUE(download) << download.error().message;
  EXPECT_EQ((*download)->status(), 413);
}

}  // namespace
}  // namespace agm::http
