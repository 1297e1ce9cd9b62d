#include "core/http/wire/reply_head.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace agm::http {
namespace {

using namespace std::chrono;

const WallTime kNow = sys_days(year(2026) / 11 / 1) + hours(9) + minutes(5) + seconds(7);

std::string DeliveryLines(Delivery delivery, bool streamed = false) {
  std::string out;
  delivery.now = kNow;
  AddDeliveryLines(out, delivery, streamed);
  const std::string end = "Date: Sun, 01 Nov 2026 09:05:07 GMT\r\n\r\n";
  EXPECT_TRUE(out.ends_with(end)) << out;
  return out.substr(0, out.size() - end.size());
}

TEST(ReplyHead, KnowsTheStatusesWithoutABody) {
  for (const int status : {100, 103, 199, 204, 304}) EXPECT_TRUE(HasNoBody(status)) << status;
  for (const int status : {200, 203, 205, 303, 305, 404, 500}) {
    EXPECT_FALSE(HasNoBody(status)) << status;
  }
}

TEST(ReplyHead, HasTheHandlersLinesButNotThoseOfTheServer) {
  std::string out;
  AddReplyLines(out, {{"Content-Type", "text/plain"},
                      {"content-length", "7"},
                      {"TRANSFER-ENCODING", "chunked"},
                      {"Connection", "close"},
                      {"Keep-Alive", "timeout=1"},
                      {"Date", "now"},
                      {"Bad Name", "x"},
                      {"", "x"},
                      {"X-Bad", "a\r\nb: c"},
                      {"X-Empty", ""},
                      {"Content-Type", "again"}});
  EXPECT_EQ(out, "Content-Type: text/plain\r\nX-Empty: \r\nContent-Type: again\r\n");
}

TEST(ReplyHead, TellsHowTheConnectionGoesOn) {
  Delivery delivery;
  EXPECT_EQ(DeliveryLines(delivery), "");
  EXPECT_EQ(DeliveryLines(delivery, true), "Transfer-Encoding: chunked\r\n");
  delivery.idle_timeout = Duration(1'999);
  EXPECT_EQ(DeliveryLines(delivery), "Keep-Alive: timeout=1\r\n");
  delivery.idle_timeout = Duration(999);
  EXPECT_EQ(DeliveryLines(delivery), "");
  delivery.minor_version = 0;
  EXPECT_EQ(DeliveryLines(delivery, true), "Connection: keep-alive\r\n");
  delivery.keep_alive = false;
  EXPECT_EQ(DeliveryLines(delivery, true), "Connection: close\r\n");
  delivery.minor_version = 1;
  EXPECT_EQ(DeliveryLines(delivery, true), "Transfer-Encoding: chunked\r\nConnection: close\r\n");
}

TEST(ReplyHead, FormatsEachDateOnItsOwn) {
  const auto date = [](WallTime now) {
    std::string out;
    Delivery delivery;
    delivery.now = now;
    AddDeliveryLines(out, delivery, false);
    return out;
  };
  EXPECT_EQ(date(kNow), "Date: Sun, 01 Nov 2026 09:05:07 GMT\r\n\r\n");
  EXPECT_EQ(date(kNow + milliseconds(999)), "Date: Sun, 01 Nov 2026 09:05:07 GMT\r\n\r\n");
  EXPECT_EQ(date(kNow + seconds(1)), "Date: Sun, 01 Nov 2026 09:05:08 GMT\r\n\r\n");
  EXPECT_EQ(date(kNow), "Date: Sun, 01 Nov 2026 09:05:07 GMT\r\n\r\n");
}

}  // namespace
}  // namespace agm::http
