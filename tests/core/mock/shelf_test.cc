#include "core/mock/shelf.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "core/base/json.h"

namespace agm::mock {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

Json JsonOf(const Reply& reply) {
  auto parsed = ParseJson(reply.text);
  EXPECT_TRUE(parsed) << reply.text;
  return parsed ? *parsed : Json();
}

std::string MessageOf(const Reply& reply) {
  return JsonOf(reply)["error"].value("message", std::string());
}

std::string HeaderOf(const Reply& reply, std::string_view name) {
  for (const auto& [each, value] : reply.headers) {
    if (each == name) return value;
  }
  return "";
}

class ShelfTest : public testing::Test {
 protected:
  Reply Serve(Request request, const std::string& key = "k") {
    auto reply = shelf_.Serve(request, key);
    EXPECT_TRUE(reply) << request.path;
    return reply ? *std::move(reply) : Reply();
  }
  Reply Get(const std::string& path, const std::string& query = "", const std::string& key = "k") {
    return Serve({"GET", path, query, {}, ""}, key);
  }
  Reply Upload(const std::string& query, Headers headers, const std::string& body,
               const std::string& key = "k") {
    return Serve({"POST", "/upload/v1beta/files", query, std::move(headers), body}, key);
  }
  Reply Multipart(const std::string& boundary, const std::string& body) {
    return Upload("uploadType=multipart",
                  {{"content-type", "multipart/related; boundary=" + boundary}}, body);
  }
  /// Begins a resumable upload and returns its id.
  std::string Begin(const std::string& type = "text/plain") {
    const Reply begun = Upload("",
                               {{"host", "mock"},
                                {"x-goog-upload-protocol", "resumable"},
                                {"x-goog-upload-command", "start"},
                                {"x-goog-upload-header-content-type", type}},
                               R"({"file":{"displayName":"long"}})");
    const std::string url = HeaderOf(begun, "X-Goog-Upload-URL");
    const std::string head = "http://mock/upload/v1beta/files?upload_id=";
    const std::string tail = "&upload_protocol=resumable";
    EXPECT_TRUE(url.starts_with(head) && url.ends_with(tail)) << url;
    EXPECT_EQ(HeaderOf(begun, "X-Goog-Upload-Status"), "active");
    return url.substr(head.size(), url.size() - head.size() - tail.size());
  }
  Reply Continue(const std::string& id, const std::string& command, const std::string& offset = "",
                 const std::string& body = "") {
    return Upload("upload_id=" + id,
                  {{"x-goog-upload-command", command}, {"x-goog-upload-offset", offset}}, body);
  }
  std::string NewFile(const std::string& key) {
    return JsonOf(Upload("uploadType=media", {}, "x", key))["file"]["name"];
  }

  Shelf shelf_;
};

std::string TwoParts(const std::string& boundary, const std::string& second_head) {
  return fmt::format(
      "--{0}\r\nContent-Type: application/json\r\n\r\n{{\"file\":{{\"displayName\":\"D\"}}}}\r\n"
      "--{0}\r\n{1}\r\n\r\na: b\r\n--{0}--",
      boundary, second_head);
}

TEST_F(ShelfTest, LeavesOtherPathsAlone) {
  for (const char* path : {"/v1beta/models", "/v1beta/filez", "/files", "/upload/files"}) {
    EXPECT_FALSE(shelf_.Serve({"GET", path, "", {}, ""}, "k")) << path;
  }
}

TEST_F(ShelfTest, KeepsTheFileOfAMultipartUpload) {
  const Reply made = Multipart("\"bound\"; x=y", TwoParts("bound", "Content-Type:  image/png"));
  ASSERT_EQ(made.status, 200) << made.text;
  const Json file = {{"name", "files/mock1"},
                     {"displayName", "D"},
                     {"mimeType", "image/png"},
                     {"sizeBytes", "4"},
                     {"createTime", "2026-01-01T00:00:00Z"},
                     {"expirationTime", "2999-01-03T00:00:00Z"},
                     {"uri", "https://generativelanguage.googleapis.com/v1beta/files/mock1"},
                     {"state", "ACTIVE"},
                     {"source", "UPLOADED"}};
  EXPECT_EQ(JsonOf(made), (Json{{"file", file}}));
  EXPECT_EQ(JsonOf(Get("/v1beta/files/mock1")), file);
  EXPECT_EQ(JsonOf(Get("/v1beta/files")), (Json{{"files", {file}}}));
  const Reply bytes = Get("/v1beta/files/mock1:download");
  EXPECT_EQ(bytes.content_type, "application/octet-stream");
  EXPECT_EQ(bytes.text, "a: b");
}

TEST_F(ShelfTest, ReadsTheTypeOfAPartInItsHeadOnly) {
  const auto type = [&](const std::string& boundary, const std::string& head) {
    const Reply made = Multipart(boundary, TwoParts("bound", head));
    return JsonOf(made)["file"].value("mimeType", std::string());
  };
  EXPECT_EQ(type("bound", "Content-Type:text/plain\r\nX: y"), "text/plain");
  EXPECT_EQ(type("bound;charset=x", "Content-Type: text/plain"), "text/plain");
  EXPECT_EQ(type("\"bound\"", "X"), "application/octet-stream");
}

TEST_F(ShelfTest, RefusesAMultipartBodyWithoutTwoParts) {
  const std::string good = TwoParts("bound", "Content-Type: a/b");
  EXPECT_EQ(Multipart("other", good).status, 400);
  EXPECT_EQ(Multipart("\"\"", good).status, 400);
  EXPECT_EQ(MessageOf(Multipart("bound", good + "\r\n--bound\r\n\r\n\r\n\r\n--bound--")),
            "Malformed multipart body.");
  EXPECT_EQ(Upload("uploadType=multipart", {{"content-type", "multipart/related"}}, good).status,
            400);
  EXPECT_EQ(JsonOf(Get("/v1beta/files")), Json::object());
}

TEST_F(ShelfTest, TakesEachWayToNameTheProtocol) {
  const Headers bound = {{"content-type", "multipart/related; boundary=bound"},
                         {"x-goog-upload-protocol", "multipart"}};
  EXPECT_EQ(Upload("", bound, TwoParts("bound", "Content-Type: a/b")).status, 200);
  const auto raw =
      Upload("", {{"x-goog-upload-protocol", "raw"}, {"content-type", "a/b"}}, "bytes");
  EXPECT_EQ(JsonOf(raw)["file"]["mimeType"], "a/b");
  EXPECT_EQ(JsonOf(raw)["file"]["sizeBytes"], "5");
  EXPECT_FALSE(JsonOf(raw)["file"].contains("displayName"));
  const auto media = Upload("uploadType=media", {}, "bytes");
  EXPECT_EQ(JsonOf(media)["file"]["mimeType"], "application/octet-stream");
  for (const Headers& headers :
       {Headers{}, Headers{{"x-goog-upload-protocol", "resumable"}},
        Headers{{"x-goog-upload-protocol", "resumable"}, {"x-goog-upload-command", "upload"}},
        Headers{{"x-goog-upload-command", "start"}}}) {
    const Reply refused = Upload("", headers, "{}");
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(MessageOf(refused), "Invalid upload command.");
  }
}

TEST_F(ShelfTest, TakesAResumableUploadInItsOrder) {
  const std::string id = Begin("image/gif");
  const Reply first = Continue(id, "upload", "0", "abc");
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(HeaderOf(first, "X-Goog-Upload-Status"), "active");
  EXPECT_EQ(HeaderOf(first, "X-Goog-Upload-Size-Received"), "3");
  EXPECT_EQ(first.text, "");
  EXPECT_EQ(MessageOf(Continue(id, "upload", "0", "abc")),
            "The upload offset does not fit the bytes received.");
  EXPECT_EQ(HeaderOf(Continue(id, "query"), "X-Goog-Upload-Size-Received"), "3");
  EXPECT_EQ(HeaderOf(Continue(id, "query"), "X-Goog-Upload-Status"), "active");
  EXPECT_EQ(MessageOf(Continue(id, "sing")), "Invalid upload command.");
  const Reply last = Continue(id, "upload, finalize", "3", "de");
  EXPECT_EQ(HeaderOf(last, "X-Goog-Upload-Status"), "final");
  const Json file = JsonOf(last)["file"];
  EXPECT_EQ(file["displayName"], "long");
  EXPECT_EQ(file["mimeType"], "image/gif");
  EXPECT_EQ(file["sizeBytes"], "5");
  const std::string name = file["name"];
  EXPECT_EQ(Get("/v1beta/" + name + ":download").text, "abcde");
  EXPECT_EQ(MessageOf(Continue(id, "query")), "Upload session not found.");
}

TEST_F(ShelfTest, EndsAnUploadWithoutMoreBytes) {
  const std::string id = Begin();
  EXPECT_EQ(HeaderOf(Continue(id, "upload", "0", "abc"), "X-Goog-Upload-Status"), "active");
  EXPECT_EQ(JsonOf(Continue(id, "finalize", "3", "ignored"))["file"]["sizeBytes"], "3");
}

TEST_F(ShelfTest, ForgetsAnUploadThatIsCancelled) {
  const std::string id = Begin();
  EXPECT_EQ(HeaderOf(Continue(id, "cancel"), "X-Goog-Upload-Status"), "cancelled");
  const Reply gone = Continue(id, "query");
  EXPECT_EQ(gone.status, 404);
  EXPECT_EQ(JsonOf(gone)["error"]["status"], "NOT_FOUND");
  EXPECT_EQ(JsonOf(Get("/v1beta/files")), Json::object());
}

TEST_F(ShelfTest, ShowsAFileToItsOwnerOnly) {
  const std::string name = NewFile("mine");
  EXPECT_EQ(Get("/v1beta/" + name, "", "mine").status, 200);
  for (const std::string& path : {"/v1beta/" + name, std::string("/v1beta/files/none")}) {
    const Reply hidden = Get(path, "", "another");
    EXPECT_EQ(hidden.status, 403);
    EXPECT_EQ(JsonOf(hidden)["error"]["status"], "PERMISSION_DENIED");
  }
  EXPECT_EQ(MessageOf(Get("/v1beta/files/none")),
            "You do not have permission to access the File none or it may not exist.");
  EXPECT_EQ(MessageOf(Get("/v1beta/batches/none")),
            "You do not have permission to access the resource none or it may not exist.");
}

TEST_F(ShelfTest, DeletesOnlyWhatItIsToldToDelete) {
  const std::string file = NewFile("k");
  const Reply made = Serve({"POST", "/v1beta/models/m:batchGenerateContent", "", {}, "{}"});
  const std::string batch = JsonOf(made)["name"];
  EXPECT_EQ(JsonOf(Serve({"POST", "/v1beta/" + batch + ":cancel", "", {}, ""})), Json::object());
  EXPECT_EQ(JsonOf(Get("/v1beta/" + batch))["metadata"]["state"], "BATCH_STATE_PENDING");
  EXPECT_EQ(JsonOf(Get("/v1beta/batches"))["operations"].size(), 1U);
  EXPECT_EQ(JsonOf(Get("/v1beta/files"))["files"].size(), 1U);
  EXPECT_EQ(JsonOf(Serve({"DELETE", "/v1beta/" + file, "", {}, ""})), Json::object());
  EXPECT_EQ(Get("/v1beta/" + file).status, 403);
  EXPECT_EQ(Get("/v1beta/" + batch).status, 200);
}

TEST_F(ShelfTest, MakesABatchByPostOnly) {
  EXPECT_FALSE(shelf_.Serve({"GET", "/v1beta/models/m:batchGenerateContent", "", {}, ""}, "k"));
  EXPECT_EQ(Serve({"POST", "/v1beta/batches", "", {}, "{}"}).status, 404);
}

TEST_F(ShelfTest, ListsWhatFollowsAPageToken) {
  const std::string first = NewFile("k");
  const std::string second = NewFile("k");
  const Json list = JsonOf(Get("/v1beta/files", "pageToken=" + first))["files"];
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0]["name"], second);
}

TEST_F(ShelfTest, ACacheNeedsAModelAndContent) {
  const auto make = [&](const std::string& body) {
    return Serve({"POST", "/v1beta/cachedContents", "", {}, body});
  };
  const std::string contents = R"("contents":[{"parts":[{"text":"x"}]}])";
  EXPECT_EQ(MessageOf(make("{")), "Invalid JSON payload received.");
  EXPECT_EQ(make("{" + contents + "}").status, 400);
  EXPECT_EQ(make(R"({"model":"m",)" + contents + "}").status, 400);
  EXPECT_EQ(MessageOf(make(R"({"model":"models/m"})")), "CachedContent can not be empty.");
  EXPECT_EQ(make(R"({"model":"models/m","systemInstruction":{}})").status, 200);
  const Json cache = {{"name", "cachedContents/mock2"},
                      {"model", "models/m"},
                      {"createTime", "2026-01-01T00:00:00Z"},
                      {"expireTime", "2999-01-01T00:00:00Z"},
                      {"usageMetadata", {{"totalTokenCount", 4096}}}};
  EXPECT_EQ(JsonOf(make(R"({"model":"models/m",)" + contents + "}")), cache);
  EXPECT_EQ(JsonOf(Get("/v1beta/cachedContents/mock2")), cache);
}

TEST_F(ShelfTest, KnowsABodyThatNamesAFileOfAnother) {
  const std::string mine = NewFile("mine");
  const std::string other = NewFile("other");
  const auto naming = [](const std::string& name) { return R"({"fileUri":")" + name + "\"}"; };
  EXPECT_TRUE(shelf_.NamesForeign(naming(other), "mine"));
  EXPECT_TRUE(shelf_.NamesForeign(naming(mine), "other"));
  EXPECT_FALSE(shelf_.NamesForeign(naming(mine), "mine"));
  EXPECT_FALSE(shelf_.NamesForeign(naming(other + "0"), "mine"));
  EXPECT_FALSE(shelf_.NamesForeign("{}", "mine"));
}

}  // namespace
}  // namespace agm::mock
