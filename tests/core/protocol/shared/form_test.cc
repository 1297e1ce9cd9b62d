#include "core/protocol/shared/form.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <list>
#include <string>
#include <utility>
#include <vector>

#include "core/protocol/shared/form_fields.h"

namespace agm::protocol {
namespace {

using testing::HasSubstr;

constexpr std::string_view kType = "multipart/form-data; boundary=xyz";

std::string Part(const std::string& disposition, const std::string& data,
                 const std::string& more = "") {
  return "--xyz\r\nContent-Disposition: form-data; " + disposition + "\r\n" + more + "\r\n" + data +
         "\r\n";
}

// Keeps the bodies, because the parts are views into them.
std::vector<FormPart> Read(std::string body, std::string_view type = kType) {
  static std::list<std::string> bodies;
  auto parts = ReadForm(type, bodies.emplace_back(std::move(body)));
  EXPECT_TRUE(parts) << parts.error().message;
  return parts ? *std::move(parts) : std::vector<FormPart>();
}

std::string Refused(const std::string& body, std::string_view type = kType,
                    FormLimits limits = {}) {
  const auto parts = ReadForm(type, body, limits);
  EXPECT_FALSE(parts) << body;
  if (parts) return {};
  EXPECT_EQ(parts.error().code, ErrorCode::kInvalidRequest);
  return parts.error().message;
}

TEST(Form, GivesNamesTypesAndBytesOfItsParts) {
  const std::string body = Part("name=\"model\"", "whisper-1") +
                           Part("name=\"file\"; filename=\"a.wav\"", std::string("RI\0\r\nFF", 8),
                                "Content-Type: audio/wav\r\n") +
                           "--xyz--\r\n";
  const auto parts = Read(body);
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(parts[0].name, "model");
  EXPECT_EQ(parts[0].data, "whisper-1");
  EXPECT_EQ(parts[0].filename, "");
  EXPECT_EQ(parts[1].filename, "a.wav");
  EXPECT_EQ(parts[1].type, "audio/wav");
  EXPECT_EQ(parts[1].data, std::string_view("RI\0\r\nFF", 8));
}

TEST(Form, CopiesNoFile) {
  const std::string body = Part("name=f", "data") + "--xyz--";
  const auto parts = ReadForm(kType, body);
  ASSERT_TRUE(parts);
  ASSERT_EQ(parts->size(), 1U);
  EXPECT_GE(parts->front().data.data(), body.data());
  EXPECT_LT(parts->front().data.data(), body.data() + body.size());
}

TEST(Form, SkipsWhatStandsBeforeAndBehindIt) {
  const auto parts = Read("preamble\r\n" + Part("name=a", "1") + "--xyz--\r\nepilogue\r\n--xyz");
  ASSERT_EQ(parts.size(), 1U);
  EXPECT_EQ(parts[0].data, "1");
}

TEST(Form, MayHoldEmptyPartsAndNone) {
  const auto parts = Read(Part("name=a", "") + "--xyz\r\nContent-Disposition: form-data; name=b" +
                          "\r\n\r\n--xyz--");
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(parts[0].data, "");
  EXPECT_EQ(parts[1].data, "");
  EXPECT_TRUE(Read("--xyz--").empty());
}

TEST(Form, TakesALineThatOnlyBeginsLikeTheBoundaryAsData) {
  const auto parts = Read(Part("name=a", "x\r\n--xyzzy\r\n--xy\r\n--xyz!") + "--xyz--");
  ASSERT_EQ(parts.size(), 1U);
  EXPECT_EQ(parts[0].data, "x\r\n--xyzzy\r\n--xy\r\n--xyz!");
}

TEST(Form, TakesBlanksBehindTheBoundary) {
  EXPECT_EQ(Read("--xyz \t\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--xyz-- ").size(),
            1U);
}

TEST(Form, FindsItsBoundaryHoweverTheTypeIsWritten) {
  const std::string body = Part("name=a", "1") + "--xyz--";
  for (const char* type : {"multipart/form-data;boundary=xyz", "Multipart/Form-Data; Boundary=xyz",
                           "multipart/form-data; charset=utf-8; boundary=\"xyz\"",
                           "multipart/form-data; boundary=xyz; charset=utf-8"}) {
    EXPECT_TRUE(IsForm(type)) << type;
    EXPECT_EQ(Read(body, type).size(), 1U) << type;
  }
  EXPECT_FALSE(IsForm("application/json"));
  EXPECT_FALSE(IsForm("multipart/mixed; boundary=xyz"));
  EXPECT_FALSE(IsForm(""));
}

TEST(Form, ReadsNamesAsClientsWriteThem) {
  const auto name = [](const std::string& disposition) {
    const std::string body = Part(disposition, "") + "--xyz--";
    const auto parts = Read(body);
    return parts.empty() ? std::pair<std::string, std::string>()
                         : std::pair(parts[0].name, parts[0].filename);
  };
  using Names = std::pair<std::string, std::string>;
  EXPECT_EQ(name("name=file; filename=a.wav"), Names("file", "a.wav"));
  EXPECT_EQ(name("name=\"a b\"; filename=\"x;y=z.png\""), Names("a b", "x;y=z.png"));
  EXPECT_EQ(name("name=f; filename=\"say \\\"hi\\\".wav\""), Names("f", "say \"hi\".wav"));
  EXPECT_EQ(name("name=f; filename=\"say %22hi%22.wav\""), Names("f", "say \"hi\".wav"));
  EXPECT_EQ(name("name=f; filename=\"C:\\new\\a.wav\""), Names("f", "a.wav"));
  EXPECT_EQ(name("name=f; filename=\"../../etc/a.wav\""), Names("f", "a.wav"));
  EXPECT_EQ(name("name=f; filename=\"x.wav\"; filename*=UTF-8''gr%C3%BC%C3%9Fe.wav"),
            Names("f", "grüße.wav"));
  EXPECT_EQ(name("name=f; filename*=latin9''x.wav; filename=y.wav"), Names("f", "y.wav"));
  EXPECT_EQ(name("name=\"f\"; filename=\"gr\xfc.wav\""), Names("f", "gr\xEF\xBF\xBD.wav"));
}

TEST(Form, KnowsHeadersInAnyCase) {
  const auto parts = Read(
      "--xyz\r\nX-Other: 1\r\ncontent-type:image/png\r\nCONTENT-DISPOSITION: form-data; NAME=a\r\n"
      "Content-Transfer-Encoding: binary\r\n\r\n1\r\n--xyz--");
  ASSERT_EQ(parts.size(), 1U);
  EXPECT_EQ(parts[0].name, "a");
  EXPECT_EQ(parts[0].type, "image/png");
}

TEST(Form, RefusesWhatIsCutOff) {
  const std::string body = Part("name=a", "1") + Part("name=b", "some data") + "--xyz--";
  ASSERT_EQ(Read(body).size(), 2U);
  for (std::size_t length = 0; length + 1 < body.size(); ++length) {
    Refused(body.substr(0, length));
  }
  EXPECT_THAT(Refused(body.substr(0, body.size() - 12)), HasSubstr("part 2: it is cut off"));
}

TEST(Form, RefusesWhatIsMalformedAndSaysWhere) {
  EXPECT_THAT(Refused("", kType), HasSubstr("boundary"));
  EXPECT_THAT(Refused("--xyz\nContent-Disposition: form-data; name=a\n\n1\n--xyz--"),
              HasSubstr("boundary"));
  EXPECT_THAT(Refused("x", "multipart/form-data"), HasSubstr("names no boundary"));
  EXPECT_THAT(Refused("x", "multipart/form-data; boundary=\"xyz"), HasSubstr("no boundary"));
  EXPECT_THAT(Refused("x", "multipart/form-data; boundary="), HasSubstr("1 to 70"));
  EXPECT_THAT(Refused("x", "multipart/form-data; boundary=" + std::string(71, 'b')),
              HasSubstr("1 to 70"));
  EXPECT_THAT(Refused(Part("name=a", "1") + Part("filename=b", "2") + "--xyz--"),
              HasSubstr("part 2: expected a Content-Disposition with a name"));
  EXPECT_THAT(Refused("--xyz\r\nnonsense\r\n\r\n1\r\n--xyz--"), HasSubstr("part 1: expected head"));
  EXPECT_THAT(Refused(Part("name=a", "MQ==", "Content-Transfer-Encoding: base64\r\n") + "--xyz--"),
              HasSubstr("part 1: it is encoded"));
}

TEST(Form, HasLimits) {
  std::string many;
  for (int i = 0; i < 4; ++i) many += Part("name=a", "1");
  many += "--xyz--";
  EXPECT_THAT(Refused(many, kType, {.parts = 3}), HasSubstr("at most 3 parts"));
  EXPECT_TRUE(ReadForm(kType, many, {.parts = 4}));
  const std::string long_head =
      Part("name=a", "1", "X: " + std::string(300, 'x') + "\r\n") + "--xyz--";
  EXPECT_THAT(Refused(long_head, kType, {.head = 200}), HasSubstr("headers pass 200 bytes"));
  EXPECT_TRUE(ReadForm(kType, long_head, {.head = 400}));
}

constexpr FormField kFields[] = {{"text", FormKind::kText},
                                 {"n", FormKind::kNumber},
                                 {"stream", FormKind::kBool},
                                 {"list", FormKind::kTexts}};

FormPart Plain(std::string name, std::string_view data) { return {std::move(name), {}, {}, data}; }

std::string Json(const std::vector<FormPart>& parts) {
  const auto json = FormAsJson(parts, kFields);
  return json ? *json : json.error().message;
}

TEST(FormFields, SayTheSameAsJson) {
  EXPECT_EQ(Json({Plain("text", "7"), Plain("n", "7"), Plain("stream", "True")}),
            R"({"text":"7","n":7,"stream":true})");
  EXPECT_EQ(Json({Plain("list[]", "a"), Plain("list", "b"), Plain("list[1]", "c")}),
            R"({"list":["a","b","c"]})");
  EXPECT_EQ(Json({}), "{}");
}

TEST(FormFields, KeepWhatIsWrongForTheReaderToRefuse) {
  EXPECT_EQ(Json({Plain("n", "many"), Plain("stream", "yes")}), R"({"n":"many","stream":"yes"})");
  EXPECT_EQ(Json({Plain("n", "{}")}), R"({"n":"{}"})");
}

TEST(FormFields, LeaveOutWhatSaysNothing) {
  EXPECT_EQ(Json({Plain("n", ""), Plain("stream", "null"), Plain("other", "x"),
                  Plain("text[]", "no"), Plain("text", "")}),
            R"({"text":""})");
}

TEST(FormFields, TakeTheLastOfSeveral) {
  EXPECT_EQ(Json({Plain("n", "1"), Plain("n", "2")}), R"({"n":2})");
}

TEST(FormFields, RefuseTextThatIsNotUtf8) {
  EXPECT_THAT(Json({Plain("text", "\xff")}), HasSubstr("text: expected text in UTF-8"));
  EXPECT_THAT(Json({Plain("list[]", "a"), Plain("list[]", "\xff")}), HasSubstr("list: expected"));
}

TEST(Form, TakesAFurtherField) {
  const std::string type = "multipart/form-data; boundary=xyz";
  const std::string body =
      "--xyz\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nold\r\n--xyz--\r\n";
  const std::string more = WithField(type, body, "model", "new");
  const auto parts = ReadForm(type, more);
  ASSERT_TRUE(parts) << parts.error().message;
  ASSERT_EQ(parts->size(), 2U);
  EXPECT_EQ((*parts)[1].name, "model");
  EXPECT_EQ((*parts)[1].data, "new");
  const std::vector<FormField> fields = {{"model", FormKind::kText}};
  EXPECT_EQ(FormAsJson(*parts, fields).value(), R"({"model":"new"})");
  EXPECT_EQ(WithField(type, body, "model", "a\r\n--xyz"), body);
  EXPECT_EQ(WithField("text/plain", body, "model", "new"), body);
  EXPECT_EQ(WithField(type, "cut off", "model", "new"), "cut off");
}

}  // namespace
}  // namespace agm::protocol
