#include "core/mock/credentials.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace agm::mock {
namespace {

using Credentials = std::vector<std::string>;

TEST(MockCredentials, AreReadFromEachPlaceWhereAClientMayPutThem) {
  Request request;
  EXPECT_EQ(ReadCredentials(request), Credentials());
  request.query = "alt=sse&key=b%2Bc";
  request.headers = {{"authorization", "Bearer c"}, {"x-goog-api-key", "a"}};
  EXPECT_EQ(ReadCredentials(request), (Credentials{"a", "b+c", "c"}));
  request.query = "key=";
  request.headers = {{"x-goog-api-key", ""}, {"authorization", "bEARER   c d"}};
  EXPECT_EQ(ReadCredentials(request), Credentials{"c d"});
  for (const char* other : {"", "Bearer", "Bearers c", "Basic c", "bearerc"}) {
    request.headers = {{"authorization", other}};
    EXPECT_EQ(ReadCredentials(request), Credentials()) << other;
  }
}

TEST(MockCredentials, OfARealLookAreShownMasked) {
  EXPECT_EQ(ShownKey(std::string(40, 'a')), std::string(40, 'a'));
  EXPECT_EQ(ShownKey(std::string(41, 'a')), "aaaa…aaaa");
  EXPECT_EQ(ShownKey("AIzaSyA-0123456789"), "AIza…6789");
  EXPECT_EQ(ShownKey("AQ.Ab8RN6-0123456789"), "AQ.A…6789");
  EXPECT_EQ(ShownKey("ya29.a0-0123456789"), "ya29…6789");
  EXPECT_EQ(ShownKey("my-quota-day"), "my-quota-day");
  EXPECT_EQ(ShownKey(""), "");
}

}  // namespace
}  // namespace agm::mock
