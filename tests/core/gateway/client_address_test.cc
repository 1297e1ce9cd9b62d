#include "core/gateway/client_address.h"

#include <gtest/gtest.h>

namespace agm::gateway {
namespace {

struct Row {
  const char* peer;
  std::vector<std::string> trusted;
  std::vector<http::Header> headers;
  const char* client;
};

TEST(ClientAddress, IsTheLastThatNoTrustedProxyWroteForItself) {
  const std::vector<std::string> local = {"127.0.0.0/8", "10.0.0.0/8", "::1"};
  const Row rows[] = {
      {"127.0.0.1", {}, {{"X-Forwarded-For", "203.0.113.9"}}, "127.0.0.1"},
      {"127.0.0.1", local, {}, "127.0.0.1"},
      {"127.0.0.1", local, {{"X-Forwarded-For", "203.0.113.9"}}, "203.0.113.9"},
      {"192.0.2.1", local, {{"X-Forwarded-For", "203.0.113.9"}}, "192.0.2.1"},
      {"127.0.0.1", local, {{"X-Forwarded-For", "1.1.1.1,203.0.113.9"}}, "203.0.113.9"},
      {"127.0.0.1", {"127.0.0.1"}, {{"X-Forwarded-For", "::1"}}, "::1"},
      // The client wrote the first one itself.
      {"127.0.0.1", local, {{"X-Forwarded-For", "1.1.1.1, 203.0.113.9"}}, "203.0.113.9"},
      {"127.0.0.1", local, {{"X-Forwarded-For", "203.0.113.9, 10.0.0.2"}}, "203.0.113.9"},
      {"127.0.0.1",
       local,
       {{"X-Forwarded-For", "203.0.113.9"}, {"x-forwarded-for", "10.0.0.2"}},
       "203.0.113.9"},
      {"127.0.0.1", local, {{"X-Forwarded-For", "10.0.0.3, 10.0.0.2"}}, "10.0.0.3"},
      {"127.0.0.1", local, {{"X-Forwarded-For", "203.0.113.9:4711"}}, "203.0.113.9"},
      {"::1", local, {{"X-Forwarded-For", "[2001:db8::7]:4711"}}, "2001:db8::7"},
      {"::ffff:127.0.0.1", local, {{"X-Forwarded-For", "2001:db8::7"}}, "2001:db8::7"},
      // Text that is not an address ends the search.
      {"127.0.0.1", local, {{"X-Forwarded-For", "unknown"}}, "127.0.0.1"},
      {"127.0.0.1", local, {{"X-Forwarded-For", "203.0.113.9, evil\" x=1"}}, "127.0.0.1"},
      {"127.0.0.1", local, {{"X-Forwarded-For", " , ,"}}, "127.0.0.1"},
  };
  for (const Row& row : rows) {
    http::Request request;
    request.remote_address = row.peer;
    request.headers = row.headers;
    EXPECT_EQ(ClientAddress(request, row.trusted), row.client)
        << (row.headers.empty() ? "" : row.headers.front().second);
  }
}

}  // namespace
}  // namespace agm::gateway
