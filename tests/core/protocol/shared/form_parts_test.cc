#include <gtest/gtest.h>

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "core/protocol/shared/form.h"

namespace agm::protocol {
namespace {

// The only part of a form with these headers, as "name|filename|type", or the error.
std::string Read(std::string_view headers, FormLimits limits = {}) {
  const std::string body = fmt::format("--xyz\r\n{}\r\n\r\n1\r\n--xyz--", headers);
  const auto parts = ReadForm("multipart/form-data; boundary=xyz", body, limits);
  if (!parts) return parts.error().message;
  return parts->front().name + "|" + parts->front().filename + "|" + parts->front().type;
}

std::string Named(std::string_view parameters) {
  return Read(fmt::format("Content-Disposition: form-data; {}", parameters));
}

TEST(FormParts, MayHaveBlanksAroundTheirParameters) {
  EXPECT_EQ(Named("name=a ; filename=b "), "a|b|");
  EXPECT_EQ(Named("name= \"a b\";filename=\"c\""), "a b|c|");
  EXPECT_EQ(Read("Content-Disposition:form-data; name=a\r\nContent-Type:  text/plain  "),
            "a||text/plain");
}

TEST(FormParts, MayHaveEscapesInTheirNames) {
  EXPECT_EQ(Named(R"(name="a\\b")"), R"(a\b||)");
  EXPECT_EQ(Named(R"(name="a\"b")"), "a\"b||");
  EXPECT_EQ(Named(R"(name="a\nb")"), R"(a\nb||)");
  EXPECT_EQ(Named(R"(name="a"; filename="b\")"), "a||");
}

TEST(FormParts, HaveFileNamesWithoutFolders) {
  EXPECT_EQ(Named("name=a; filename=\"x/y/b.wav\""), "a|b.wav|");
  EXPECT_EQ(Named(R"(name=a; filename="C:\new.wav")"), "a|new.wav|");
  EXPECT_EQ(Named("name=a; filename=b; filename*=utf-8''x%2Fc"), "a|c|");
  EXPECT_EQ(Named("name=a; filename=b; filename*=latin1''c"), "a|b|");
}

TEST(FormParts, HaveHeadersUpToTheLargestSize) {
  const std::string header = "Content-Disposition: form-data; name=a";
  EXPECT_EQ(Read(header, {1, header.size() + 2}), "a||");
  EXPECT_NE(Read(header, {1, header.size() + 1}).find("its headers pass"), std::string::npos);
  const auto cut = ReadForm("multipart/form-data; boundary=xyz", "--xyz\r\nabc", {1, 3});
  ASSERT_FALSE(cut);
  EXPECT_NE(cut.error().message.find("its headers are cut off"), std::string::npos);
}

TEST(FormParts, StandBetweenBoundariesUpToTheLongest) {
  const auto read = [](std::size_t size) {
    const std::string boundary(size, 'x');
    return ReadForm("multipart/form-data; boundary=" + boundary, "--" + boundary + "--")
        .has_value();
  };
  EXPECT_TRUE(read(1));
  EXPECT_TRUE(read(70));
  EXPECT_FALSE(read(71));
}

TEST(UnreadableType, NamesWhatItFound) {
  EXPECT_EQ(UnreadableType("text/plain", "a form").reason, "unsupported_media_type");
  EXPECT_EQ(UnreadableType("text/plain", "a form").message,
            "this route reads a form, found text/plain");
  EXPECT_EQ(UnreadableType("", "a form").message, "this route reads a form, found no Content-Type");
}

}  // namespace
}  // namespace agm::protocol
