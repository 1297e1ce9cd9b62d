// Files and caches through the gateway: each belongs to one account and to one client key.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/core/gateway/gateway_fixture.h"
#include "tests/support/fake_transport.h"

namespace agm::gateway {
namespace {

using test::FakeAnswer;
using test::SentRequest;

const std::string kGenerate = "/v1beta/models/gemini-2.5-flash:generateContent";

std::string Naming(const std::string& file) {
  return R"({"contents":[{"parts":[{"fileData":{"fileUri":"https://g/v1beta/)" + file +
         R"("}}]}]})";
}

class ResourceRoutes : public GatewayTest {
 protected:
  void SetUp() override {
    GatewayTest::SetUp();
    transport_ = &network_;
    Add("one", "key-one");
    Add("two", "key-two");
    config_.proxy.auth_mode = config::AuthMode::kStrict;
    config_.proxy.api_keys = {{"ann", Secret("sk-ann")}, {"bob", Secret("sk-bob")}};
    network_.AnswerBy([this](const SentRequest& sent) { return Google(sent); });
  }

  // An upstream that keeps files and caches for each key.
  FakeAnswer Google(const SentRequest& sent) {
    if (sent.url.find("upload_id=") != std::string::npos) {
      return FakeAnswer::Json(R"({"file":{"name":"files/f)" + std::to_string(++made_) +
                              R"(","uri":"https://g/v1beta/files/f"}})");
    }
    if (sent.url.find("uploadType=multipart") != std::string::npos) {
      return FakeAnswer::Json(
          R"({"file":{"name":"files/m1","displayName":"a.pdf","sizeBytes":"3",)"
          R"("mimeType":"application/pdf","createTime":"2026-01-01T00:00:00Z",)"
          R"("uri":"https://generativelanguage.googleapis.com/v1beta/files/m1"}})");
    }
    if (sent.url.find("/upload/") != std::string::npos) {
      FakeAnswer answer = FakeAnswer::Json("");
      answer.headers.emplace_back("x-goog-upload-status", "active");
      answer.headers.emplace_back("x-goog-upload-url",
                                  "https://google/upload/v1beta/files?upload_id=u" +
                                      std::to_string(++sessions_) + "&upload_protocol=resumable");
      return answer;
    }
    if (sent.url.find("BatchEmbedContent") != std::string::npos) {
      return FakeAnswer::Json(R"({"name":"operations/o1","done":false})");
    }
    if (sent.url.find(":batchGenerateContent") != std::string::npos) {
      return FakeAnswer::Json(R"({"name":"batches/b)" + std::to_string(++made_) +
                              R"(","metadata":{"state":"BATCH_STATE_PENDING"}})");
    }
    if (sent.url.find("/batches?pageSize") != std::string::npos) {
      return FakeAnswer::Json(R"({"operations":[{"name":"batches/b1","done":true},)"
                              R"({"name":"batches/b2"}]})");
    }
    if (sent.url.ends_with("/cachedContents")) {
      return FakeAnswer::Json(
          R"({"name":"cachedContents/c1","expireTime":"2020-01-01T00:00:00Z"})");
    }
    if (sent.url.find("/files?pageSize") != std::string::npos) {
      return FakeAnswer::Json(R"({"files":[{"name":"files/f1","state":"ACTIVE"},)"
                              R"({"name":"files/f2","state":"ACTIVE"}]})");
    }
    return FakeAnswer::Json(R"({"candidates":[]})");
  }

  Got As(const std::string& who, const std::string& method, const std::string& path,
         const std::string& body = "") {
    return Ask(method, path, body,
               {{"x-goog-api-key", "sk-" + who}, {"x-goog-upload-command", "start"}});
  }

  // Uploads a file as a caller; returns the key of the account that got it.
  std::string Upload(const std::string& who) {
    const Got begun = As(who, "POST", "/upload/v1beta/files", "{}");
    EXPECT_EQ(begun.status, 200) << begun.body;
    const std::string url = begun.header("x-goog-upload-url");
    const std::string own = "http://127.0.0.1:" + std::to_string(service_->port());
    EXPECT_TRUE(url.starts_with(own + "/upload/v1beta/files?upload_id=u")) << url;
    const Got done = As(who, "POST", url.substr(own.size()), "bytes");
    EXPECT_EQ(done.status, 200) << done.body;
    EXPECT_EQ(network_.sent().back().body, "bytes");
    EXPECT_TRUE(network_.sent().back().url.starts_with("https://google/upload/"));
    return network_.sent().back().credential;
  }

  test::FakeTransport network_;
  int made_ = 0;
  int sessions_ = 0;
};

TEST_F(ResourceRoutes, KeepTheFilesOfACallerOnOneAccount) {
  Start();
  const std::string account = Upload("ann");
  EXPECT_EQ(Upload("ann"), account);
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(As("ann", "POST", kGenerate, Naming("files/f1")).status, 200);
    EXPECT_EQ(network_.sent().back().credential, account);
  }
}

TEST_F(ResourceRoutes, HideTheFilesOfOneCallerFromAnother) {
  Start();
  Upload("ann");  // f1
  Upload("bob");  // f2
  EXPECT_EQ(As("ann", "GET", "/v1beta/files").json()["files"].size(), 1U);
  EXPECT_EQ(As("ann", "GET", "/v1beta/files").json()["files"][0]["name"], "files/f1");
  EXPECT_EQ(As("bob", "GET", "/v1/files").json()["files"][0]["name"], "files/f2");
  EXPECT_EQ(As("ann", "GET", "/v1beta/files/f1").status, 200);
  for (const std::string method : {"GET", "DELETE"}) {
    const Got got = As("ann", method, "/v1beta/files/f2");
    EXPECT_EQ(got.status, 404);
    EXPECT_EQ(got.json()["error"]["status"], "NOT_FOUND");
  }
  EXPECT_EQ(As("ann", "POST", kGenerate, Naming("files/f2")).status, 404);
  EXPECT_EQ(As("bob", "POST", "/upload/v1beta/files?upload_id=u1", "x").status, 404);
}

TEST_F(ResourceRoutes, ListNothingWithoutAPageToken) {
  Start();
  const Got got = As("ann", "GET", "/v1beta/files");
  EXPECT_EQ(got.body, "{}");
}

TEST_F(ResourceRoutes, ForgetADeletedFile) {
  Start();
  Upload("ann");
  EXPECT_EQ(As("ann", "DELETE", "/v1beta/files/f1").status, 200);
  EXPECT_EQ(As("ann", "GET", "/v1beta/files/f1").status, 404);
}

TEST_F(ResourceRoutes, RememberAFileWhoseDescriptionArrivesInPieces) {
  Start();
  FakeAnswer described;
  described.pieces = {R"({"file":{"na)", R"(me":"files/)", R"(split",)",
                      R"("uri":"https://g/v1beta/files/split"}})"};
  network_.Answer(described);
  const Got got = As("ann", "POST", "/upload/v1beta/files?uploadType=media", "bytes");
  EXPECT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(got.json()["file"]["name"], "files/split");
  const std::string account = network_.sent().back().credential;
  EXPECT_EQ(As("ann", "POST", kGenerate, Naming("files/split")).status, 200);
  EXPECT_EQ(network_.sent().back().credential, account);
  EXPECT_EQ(As("bob", "POST", kGenerate, Naming("files/split")).status, 404);
}

// An upload in one request, larger than any other body may be.
TEST_F(ResourceRoutes, PassALargeUploadOnWhileItArrives) {
  config_.proxy.max_body_size = 1U << 20U;
  Start();
  const std::string file(3U << 20U, 'f');
  network_.AnswerBy([this](const SentRequest& sent) {
    if (sent.url.find("uploadType=media") == std::string::npos) return Google(sent);
    return FakeAnswer::Json(R"({"file":{"name":"files/raw","uri":"https://g/v1beta/files/raw"}})");
  });
  const Got got = As("ann", "POST", "/upload/v1beta/files?uploadType=media", file);
  EXPECT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(network_.sent().back().body, file);
  EXPECT_EQ(As("ann", "GET", "/v1beta/files/raw").status, 200);
  EXPECT_EQ(As("bob", "GET", "/v1beta/files/raw").status, 404);
  EXPECT_EQ(As("ann", "POST", kGenerate, file).status, 413);
}

TEST_F(ResourceRoutes, SendALargeUploadOnceOnly) {
  Start();
  const std::string file(3U << 20U, 'f');
  network_.AnswerBy([](const SentRequest&) {
    return FakeAnswer::Json(R"({"error":{"code":503,"status":"UNAVAILABLE","message":"b"}})", 503);
  });
  EXPECT_EQ(As("ann", "POST", "/upload/v1beta/files?uploadType=media", file).status, 503);
  EXPECT_EQ(network_.sent().size(), 1U);
  EXPECT_EQ(network_.sent().back().body, file);
}

const std::string kBatch = "/v1beta/models/gemini-2.5-flash:batchGenerateContent";

TEST_F(ResourceRoutes, KeepTheBatchesOfACallerOnOneAccount) {
  Start();
  const Got made = As("ann", "POST", kBatch, R"({"batch":{}})");
  EXPECT_EQ(made.json()["name"], "batches/b1") << made.body;
  const std::string account = network_.sent().back().credential;
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(As("ann", "GET", "/v1beta/batches/b1").status, 200);
    EXPECT_EQ(network_.sent().back().credential, account);
  }
  EXPECT_EQ(As("ann", "POST", "/v1beta/batches/b1:cancel").status, 200);
  EXPECT_TRUE(network_.sent().back().url.ends_with("/v1beta/batches/b1:cancel"));
  EXPECT_EQ(network_.sent().back().credential, account);
  EXPECT_EQ(As("ann", "DELETE", "/v1beta/batches/b1").status, 200);
  EXPECT_EQ(As("ann", "GET", "/v1beta/batches/b1").status, 404);
}

TEST_F(ResourceRoutes, ListTheBatchesOfTheCallerAsTheyAreNow) {
  Start();
  As("ann", "POST", kBatch, R"({"batch":{}})");  // b1
  As("bob", "POST", kBatch, R"({"batch":{}})");  // b2
  const Json own = As("ann", "GET", "/v1beta/batches").json();
  ASSERT_EQ(own["operations"].size(), 1U);
  EXPECT_EQ(own["operations"][0], (Json{{"name", "batches/b1"}, {"done", true}}));
  EXPECT_FALSE(own.contains("nextPageToken"));
  for (const std::string path : {"/v1beta/batches/b1", "/v1beta/batches/b1:cancel"}) {
    EXPECT_EQ(As("bob", path.ends_with("cancel") ? "POST" : "GET", path).status, 404);
  }
}

TEST_F(ResourceRoutes, KeepAnOperationOnTheAccountThatRunsIt) {
  Start();
  const std::string begin = "/v1beta/models/gemini-embedding-001:asyncBatchEmbedContent";
  EXPECT_EQ(As("ann", "POST", begin, R"({"batch":{}})").json()["name"], "operations/o1");
  const std::string account = network_.sent().back().credential;
  EXPECT_EQ(As("ann", "GET", "/v1beta/operations/o1").status, 200);
  EXPECT_EQ(network_.sent().back().credential, account);
  EXPECT_EQ(As("bob", "GET", "/v1beta/operations/o1").status, 404);
  EXPECT_EQ(As("ann", "GET", "/v1beta/operations/unknown").status, 404);
}

TEST_F(ResourceRoutes, ForgetAResourceOnceItHasExpired) {
  Start();
  const std::string body =
      R"({"model":"models/gemini-2.5-flash","contents":[{"parts":[{"text":"x"}]}]})";
  EXPECT_EQ(As("ann", "POST", "/v1beta/cachedContents", body).status, 200);
  EXPECT_EQ(As("ann", "GET", "/v1beta/cachedContents/c1").status, 404);
  EXPECT_EQ(As("ann", "GET", "/v1beta/cachedContents").body, "{}");
}

TEST_F(ResourceRoutes, ListPageByPage) {
  Start();
  for (int i = 0; i < 3; ++i) Upload("ann");
  std::vector<std::string> seen;
  std::string token;
  for (const std::size_t size : {2U, 1U}) {
    const std::string more = token.empty() ? "" : "&pageToken=" + token;
    const Json page = As("ann", "GET", "/v1beta/files?pageSize=2" + more).json();
    ASSERT_EQ(page["files"].size(), size) << page;
    for (const Json& file : page["files"]) seen.push_back(file["name"]);
    token = page.value("nextPageToken", std::string());
    EXPECT_EQ(token.empty(), size == 1);
  }
  std::ranges::sort(seen);
  EXPECT_EQ(seen, (std::vector<std::string>{"files/f1", "files/f2", "files/f3"}));
  EXPECT_EQ(As("ann", "GET", "/v1beta/files?pageSize=3").json().contains("nextPageToken"), false);
  for (const std::string query : {"pageSize=-1", "pageSize=x", "pageToken=none"}) {
    const Got got = As("ann", "GET", "/v1beta/files?" + query);
    EXPECT_EQ(got.status, 400) << query;
    EXPECT_EQ(got.json()["error"]["status"], "INVALID_ARGUMENT");
  }
}

TEST_F(ResourceRoutes, CreateOnTheAccountThatTheTargetNames) {
  config_.mapping = {{"mine", {"two/gemini-2.5-flash"}}};
  Start();
  As("ann", "POST", "/v1beta/models/mine:batchGenerateContent", R"({"batch":{}})");
  EXPECT_EQ(network_.sent().back().credential, "key-two");
  EXPECT_TRUE(network_.sent().back().url.ends_with(kBatch));
}

TEST_F(ResourceRoutes, SayWhenTheHoldersCooldownEnds) {
  Start();
  const std::string account = Upload("ann");
  network_.AnswerBy([&](const SentRequest& sent) {
    if (sent.credential != account) return FakeAnswer::Json(R"({"candidates":[]})");
    return FakeAnswer::Json(
        R"({"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"q","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateRequestsPerMinutePerProjectPerModel"}]},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"20s"}]}})",
        429);
  });
  const Got got = As("ann", "POST", kGenerate, Naming("files/f1"));
  EXPECT_EQ(got.status, 429) << got.body;
  EXPECT_NE(got.body.find("Please retry in 2"), std::string::npos) << got.body;
  EXPECT_EQ(As("ann", "POST", kGenerate, R"({"contents":[]})").status, 200);
}

const std::string kForm =
    "--b\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nassistants\r\n"
    "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n"
    "Content-Type: application/pdf\r\n\r\nPDF\r\n--b--\r\n";

TEST_F(ResourceRoutes, ServeFilesInTheOtherApis) {
  Start();
  const std::vector<http::Header> openai = {{"Authorization", "Bearer sk-ann"},
                                            {"Content-Type", "multipart/form-data; boundary=b"}};
  const Got made = Ask("POST", "/v1/files", kForm, openai);
  ASSERT_EQ(made.status, 200) << made.body;
  EXPECT_EQ(made.json()["id"], "file-m1");
  EXPECT_EQ(made.json()["purpose"], "assistants");
  EXPECT_EQ(made.json()["bytes"], 3);
  EXPECT_NE(network_.sent().back().body.find("\r\n\r\nPDF\r\n"), std::string::npos);
  const std::string account = network_.sent().back().credential;

  const std::vector<http::Header> json = {{"Authorization", "Bearer sk-ann"}};
  const std::string chat =
      R"({"model":"gemini-2.5-flash","messages":[{"role":"user","content":[{"type":"file","file":{"file_id":"file-m1"}}]}]})";
  Ask("POST", "/v1/chat/completions", chat, json);
  EXPECT_EQ(network_.sent().back().credential, account);
  EXPECT_NE(network_.sent().back().body.find("/v1beta/files/m1"), std::string::npos);
  EXPECT_NE(network_.sent().back().body.find("application/pdf"), std::string::npos);

  const std::vector<http::Header> other = {{"x-api-key", "sk-bob"},
                                           {"anthropic-version", "2023-06-01"}};
  EXPECT_EQ(Ask("GET", "/v1/files/file_m1", "", other).status, 404);
  EXPECT_EQ(Ask("POST", "/v1/chat/completions", chat, {{"Authorization", "Bearer sk-bob"}}).status,
            404);
  const std::vector<http::Header> anthropic = {{"x-api-key", "sk-ann"},
                                               {"anthropic-version", "2023-06-01"}};
  EXPECT_EQ(Ask("GET", "/v1/files", "", anthropic).json()["data"][0]["id"], "file_m1");
  EXPECT_EQ(Ask("GET", "/v1/files", "", json).json()["data"][0]["id"], "file-m1");
  EXPECT_EQ(Ask("DELETE", "/v1/files/file_m1", "", anthropic).json()["type"], "file_deleted");
  EXPECT_EQ(Ask("GET", "/v1/files/file-m1", "", json).status, 404);
}

TEST_F(ResourceRoutes, PassNoAddressOfTheUpstreamsUploadOn) {
  Start();
  const std::vector<std::string> names = {"x-goog-upload-url", "x-goog-upload-control-url",
                                          "location"};
  FakeAnswer answer = FakeAnswer::Json("");
  for (const std::string& name : names) {
    answer.headers.emplace_back(name, "https://google/upload/v1beta/files?upload_id=" + name);
  }
  network_.Answer(answer);
  const Got got = As("ann", "POST", "/upload/v1beta/files", "{}");
  for (const std::string& name : names) {
    EXPECT_EQ(got.header(name), "http://127.0.0.1:" + std::to_string(service_->port()) +
                                    "/upload/v1beta/files?upload_id=" + name);
  }
}

}  // namespace
}  // namespace agm::gateway
