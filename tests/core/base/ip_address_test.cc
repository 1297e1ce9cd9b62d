#include "core/base/ip_address.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace agm {
namespace {

TEST(IpAddress, IsReadInBothFamilies) {
  EXPECT_EQ(ReadIpAddress("1.2.3.4"), FromIpv4({1, 2, 3, 4}));
  EXPECT_EQ(ReadIpAddress("::ffff:1.2.3.4"), FromIpv4({1, 2, 3, 4}));
  EXPECT_TRUE(ReadIpAddress("2001:db8::1"));
  for (const char* none : {"", "example.com", "1.2.3", "1.2.3.4.5", "0x7f.1", "fe80::1%eth0"}) {
    EXPECT_FALSE(ReadIpAddress(none)) << none;
  }
  EXPECT_EQ(ReadHostAddress("0x7f.1"), FromIpv4({127, 0, 0, 1}));
  EXPECT_EQ(ReadHostAddress("2130706433"), FromIpv4({127, 0, 0, 1}));
  EXPECT_FALSE(ReadHostAddress("example.com"));
}

TEST(IpAddress, IsNotReadFromTheFrontOfALongerText) {
  EXPECT_FALSE(ReadIpAddress(std::string_view("127.0.0.1\0.example.com", 22)));
  EXPECT_FALSE(ReadIpAddress("127.0.0.1" + std::string(60, ' ')));
  EXPECT_FALSE(ReadIpAddress("::1" + std::string(60, '0')));
  EXPECT_TRUE(ReadIpAddress("0000:0000:0000:0000:0000:ffff:255.255.255.255"));
}

TEST(IpAddress, KnowsLoopback) {
  for (const char* own : {"127.0.0.1", "127.255.0.3", "::1", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(IsLoopback(ReadIpAddress(own).value())) << own;
  }
  for (const char* other : {"128.0.0.1", "126.0.0.1", "::", "::2", "::127.0.0.1", "7f00::1"}) {
    EXPECT_FALSE(IsLoopback(ReadIpAddress(other).value())) << other;
  }
}

TEST(IpRange, HoldsItsAddressesOfBothSpellings) {
  const auto holds = [](const char* range, const char* address) {
    const auto read = ReadIpRange(range);
    EXPECT_TRUE(read) << range;
    return read && read->Contains(*ReadIpAddress(address));
  };
  EXPECT_TRUE(holds("10.0.0.0/8", "10.255.0.1"));
  EXPECT_TRUE(holds("10.0.0.0/8", "::ffff:10.1.2.3"));
  EXPECT_FALSE(holds("10.0.0.0/8", "11.0.0.1"));
  EXPECT_TRUE(holds("192.168.1.7", "192.168.1.7"));
  EXPECT_FALSE(holds("192.168.1.7", "192.168.1.8"));
  EXPECT_TRUE(holds("172.16.0.0/12", "172.31.255.255"));
  EXPECT_FALSE(holds("172.16.0.0/12", "172.32.0.0"));
  EXPECT_TRUE(holds("2001:db8::/32", "2001:db8:1::1"));
  EXPECT_FALSE(holds("2001:db8::/32", "2001:db9::1"));
  EXPECT_TRUE(holds("0.0.0.0/0", "8.8.8.8"));
  EXPECT_FALSE(holds("0.0.0.0/0", "2001:db8::1"));
  for (const char* none :
       {"", "x", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "::1/129", "1.2/8"}) {
    EXPECT_FALSE(ReadIpRange(none)) << none;
  }
}

TEST(IpAddress, KnowsWhatIsPublic) {
  for (const char* text :
       {"8.8.8.8", "1.1.1.1", "172.15.0.1", "172.32.0.1", "100.63.0.1", "100.128.0.1",
        "169.253.0.1", "192.167.0.1", "223.255.255.255", "2606:4700::1111", "2a00:1450::1",
        "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1"}) {
    EXPECT_TRUE(IsPublic(*ReadIpAddress(text))) << text;
  }
}

TEST(IpAddress, KnowsWhatIsNot) {
  for (const char* text : {"0.0.0.0",
                           "0.1.2.3",
                           "10.0.0.1",
                           "100.64.0.1",
                           "100.100.100.200",
                           "127.0.0.1",
                           "127.255.255.254",
                           "169.254.169.254",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.0.0.192",
                           "192.0.2.1",
                           "192.168.1.1",
                           "198.18.0.1",
                           "198.19.255.255",
                           "203.0.113.9",
                           "224.0.0.1",
                           "239.255.255.250",
                           "240.0.0.1",
                           "255.255.255.255",
                           "168.63.129.16",
                           "::",
                           "::1",
                           "::127.0.0.1",
                           "::ffff:10.0.0.1",
                           "::ffff:127.0.0.1",
                           "64:ff9b::7f00:1",
                           "64:ff9b::169.254.169.254",
                           "64:ff9b:1::1",
                           "2002:7f00:1::",
                           "2002:a9fe:a9fe::",
                           "2001::1",
                           "2001:db8::1",
                           "fc00::1",
                           "fd00:ec2::254",
                           "fe80::1",
                           "fec0::1",
                           "ff02::1",
                           "100::1",
                           "3fff::1",
                           "5f00::1"}) {
    EXPECT_FALSE(IsPublic(*ReadIpAddress(text))) << text;
  }
}

TEST(IpAddress, KnowsHostsThatAreNotPublic) {
  for (const char* host : {"localhost", "LOCALHOST.", "api.localhost", "printer.local", "redis",
                           "metadata.google.internal", "127.1", "0x7f000001", "017700000001",
                           "10.0.0.1", "::1", "fe80::1%eth0", "", "router.lan"}) {
    EXPECT_FALSE(IsPublicHost(host)) << host;
  }
  for (const char* host : {"example.com", "localhost.example.com", "8.8.8.8", "a.b.example.org.",
                           "2606:4700::1111", "internal.example.com", "xn--bcher-kva.example"}) {
    EXPECT_TRUE(IsPublicHost(host)) << host;
  }
}

TEST(IpRange, HasAsManyBitsAsItsFamilyAtMost) {
  struct Case {
    const char* text;
    int bits;  // of 128; -1: it is none
  };
  for (const Case& each : {Case{"10.0.0.1", 128},
                           {"10.0.0.1/32", 128},
                           {"10.0.0.0/8", 104},
                           {"10.0.0.0/0", 96},
                           {"10.0.0.0/33", -1},
                           {"::1", 128},
                           {"::1/128", 128},
                           {"fd00::/8", 8},
                           {"::/0", 0},
                           {"::/129", -1},
                           {"10.0.0.0/", -1},
                           {"10.0.0.0/-1", -1},
                           {"10.0.0.0/8x", -1},
                           {"10.0.0.0/x", -1},
                           {"10.0.0/8", -1},
                           {"/8", -1}}) {
    const auto range = ReadIpRange(each.text);
    EXPECT_EQ(range ? range->bits : -1, each.bits) << each.text;
  }
}

TEST(IpRange, EndsAtItsLastBit) {
  const auto contains = [](const char* range, const char* address) {
    return ReadIpRange(range)->Contains(*ReadIpAddress(address));
  };
  EXPECT_TRUE(contains("10.0.0.0/9", "10.127.255.255"));
  EXPECT_FALSE(contains("10.0.0.0/9", "10.128.0.0"));
  EXPECT_TRUE(contains("192.0.2.4/31", "192.0.2.5"));
  EXPECT_FALSE(contains("192.0.2.4/32", "192.0.2.5"));
  EXPECT_TRUE(contains("192.0.2.4", "192.0.2.4"));
  EXPECT_TRUE(contains("0.0.0.0/0", "255.0.0.1"));
  EXPECT_FALSE(contains("0.0.0.0/0", "2001:db8::1"));
  EXPECT_TRUE(contains("::/0", "10.0.0.1"));
}

}  // namespace
}  // namespace agm
