// Files in the forms of OpenAI's and Anthropic's API, and what the upstream is asked for them.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "tests/core/gateway/gateway_fixture.h"
#include "tests/support/fake_transport.h"

namespace agm::gateway {
namespace {

using test::FakeAnswer;
using test::SentRequest;
using Headers = std::vector<http::Header>;

const Headers kOpenAi = {{"Authorization", "Bearer sk-ann"}};
const Headers kAnthropic = {{"x-api-key", "sk-ann"}, {"anthropic-version", "2023-06-01"}};
const Headers kGoogle = {{"x-goog-api-key", "sk-ann"}, {"Content-Type", "application/json"}};

constexpr std::string_view kExpiry = "2126-01-03T00:00:00Z";

class FileRoutes : public GatewayTest {
 protected:
  void SetUp() override {
    GatewayTest::SetUp();
    transport_ = &network_;
    Add("one", "key-one");
    Add("two", "key-two");
    config_.proxy.auth_mode = config::AuthMode::kStrict;
    config_.proxy.api_keys = {{"ann", Secret("sk-ann")}, {"bob", Secret("sk-bob")}};
    network_.AnswerBy([](const SentRequest& sent) {
      if (sent.url.find("uploadType=multipart") != std::string::npos) {
        return FakeAnswer::Json(
            R"({"file":{"name":"files/m1","displayName":"a.pdf","sizeBytes":"3",)"
            R"("mimeType":"application/pdf","createTime":"2026-01-01T00:00:00Z",)"
            R"("expirationTime":")" +
            std::string(kExpiry) + R"("}})");
      }
      if (sent.url.find(":download") != std::string::npos) {
        FakeAnswer answer;
        answer.headers = {{"content-type", "application/pdf"}};
        answer.pieces = {"PDF"};
        return answer;
      }
      return FakeAnswer::Json("{}");
    });
  }

  Got Create(Headers headers = kOpenAi, const std::string& purpose = "") {
    headers.emplace_back("Content-Type", "multipart/form-data; boundary=b");
    std::string body;
    if (!purpose.empty()) {
      body += "--b\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\n" + purpose + "\r\n";
    }
    body +=
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n"
        "Content-Type: application/pdf\r\n\r\nPDF\r\n--b--\r\n";
    return Ask("POST", "/v1/files", body, headers);
  }

  SentRequest Last() { return network_.sent().back(); }

  /// The value of a header that the upstream got last; empty if it got none.
  std::string Sent(const std::string& name) {
    for (const auto& [each, value] : Last().headers) {
      if (each == name) return value;
    }
    return {};
  }

  /// Lets the upstream refuse all that follows.
  void Refuse(int status) {
    network_.AnswerBy([status](const SentRequest&) {
      return FakeAnswer::Json(R"({"error":{"code":)" + std::to_string(status) +
                                  R"(,"message":"File not found.","status":"NOT_FOUND"}})",
                              status);
    });
  }

  test::FakeTransport network_;
};

TEST_F(FileRoutes, DescribeAFileInTheFormOfEachApi) {
  Start();
  const Got made = Create(kOpenAi, "assistants");
  ASSERT_EQ(made.status, 200) << made.body;
  const Json file = made.json();
  EXPECT_EQ(file["id"], "file-m1");
  EXPECT_EQ(file["object"], "file");
  EXPECT_EQ(file["bytes"], 3);
  EXPECT_EQ(file["filename"], "a.pdf");
  EXPECT_EQ(file["purpose"], "assistants");
  EXPECT_EQ(file["status"], "processed");
  EXPECT_EQ(file["expires_at"], 4'923'072'000);
  EXPECT_GT(file["created_at"], 1'700'000'000);
  EXPECT_EQ(Ask("GET", "/v1/files/file-m1", "", kOpenAi).json(), file);
  EXPECT_EQ(Ask("GET", "/v1/files/file_m1", "", kAnthropic).body,
            R"({"id":"file_m1","type":"file","filename":"a.pdf","mime_type":"application/pdf",)"
            R"("size_bytes":3,"created_at":"2026-01-01T00:00:00Z","downloadable":false})");
}

TEST_F(FileRoutes, AFileWithoutAPurposeIsTheUsersData) {
  Start();
  EXPECT_EQ(Create().json()["purpose"], "user_data");
}

TEST_F(FileRoutes, SendTheUpstreamADescriptionAndTheContent) {
  Start();
  ASSERT_EQ(Create().status, 200);
  const SentRequest sent = Last();
  EXPECT_EQ(sent.url, mock_->base_url() + "/upload/v1beta/files?uploadType=multipart");
  EXPECT_EQ(Sent("X-Goog-Upload-Protocol"), "multipart");
  const std::string type = Sent("Content-Type");
  const std::string lead = "multipart/related; boundary=";
  ASSERT_TRUE(type.starts_with(lead)) << type;
  const std::string boundary = type.substr(lead.size());
  EXPECT_EQ(sent.body, "--" + boundary +
                           "\r\nContent-Type: application/json; charset=utf-8\r\n\r\n"
                           R"({"file":{"displayName":"a.pdf"}})"
                           "\r\n--" +
                           boundary + "\r\nContent-Type: application/pdf\r\n\r\nPDF\r\n--" +
                           boundary + "--\r\n");
}

TEST_F(FileRoutes, ListTheFilesInTheFormOfEachApi) {
  Start();
  const Json none = Ask("GET", "/v1/files", "", kOpenAi).json();
  EXPECT_EQ(DumpJson(none),
            R"({"object":"list","data":[],"has_more":false,"first_id":null,"last_id":null})");
  ASSERT_EQ(Create().status, 200);
  const Json openai = Ask("GET", "/v1/files", "", kOpenAi).json();
  EXPECT_EQ(openai["object"], "list");
  EXPECT_EQ(openai["data"].size(), 1U);
  EXPECT_EQ(openai["first_id"], "file-m1");
  EXPECT_EQ(openai["last_id"], "file-m1");
  const Json anthropic = Ask("GET", "/v1/files", "", kAnthropic).json();
  EXPECT_FALSE(anthropic.contains("object"));
  EXPECT_EQ(anthropic["first_id"], "file_m1");
  EXPECT_EQ(anthropic["last_id"], "file_m1");
}

TEST_F(FileRoutes, DeleteAFileAtItsHolder) {
  Start();
  ASSERT_EQ(Create().status, 200);
  const std::string holder = Last().credential;
  const Got got = Ask("DELETE", "/v1/files/file-m1", "", kOpenAi);
  EXPECT_EQ(got.body, R"({"id":"file-m1","object":"file","deleted":true})");
  EXPECT_EQ(Last().method, "DELETE");
  EXPECT_EQ(Last().url, mock_->base_url() + "/v1beta/files/m1");
  EXPECT_EQ(Last().credential, holder);
  EXPECT_EQ(Ask("DELETE", "/v1/files/file-m1", "", kOpenAi).status, 404);
}

TEST_F(FileRoutes, ForgetAFileThatTheUpstreamDoesNotHaveAnyMore) {
  Start();
  ASSERT_EQ(Create().status, 200);
  Refuse(404);
  EXPECT_EQ(Ask("DELETE", "/v1/files/file-m1", "", kOpenAi).status, 200);
  EXPECT_EQ(Ask("GET", "/v1/files/file-m1", "", kOpenAi).status, 404);
}

TEST_F(FileRoutes, PassOnTheContentOfAFileToItsOwner) {
  Start();
  ASSERT_EQ(Create().status, 200);
  const std::size_t before = network_.sent().size();
  EXPECT_EQ(
      Ask("GET", "/v1/files/file-m1/content", "", {{"Authorization", "Bearer sk-bob"}}).status,
      404);
  EXPECT_EQ(Ask("GET", "/v1/files/file-m2/content", "", kOpenAi).status, 404);
  EXPECT_EQ(network_.sent().size(), before);
  const Got got = Ask("GET", "/v1/files/file-m1/content", "", kOpenAi);
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.body, "PDF");
  EXPECT_EQ(got.header("content-type"), "application/pdf");
  EXPECT_EQ(Last().url, mock_->base_url() + "/v1beta/files/m1:download?alt=media");
}

TEST_F(FileRoutes, SayThatTheUpstreamKeepsTheContent) {
  Start();
  ASSERT_EQ(Create().status, 200);
  Refuse(400);
  const Got got = Ask("GET", "/v1/files/file-m1/content", "", kOpenAi);
  EXPECT_EQ(got.status, 400);
  EXPECT_NE(got.body.find("does not let this file be downloaded"), std::string::npos) << got.body;
}

TEST_F(FileRoutes, RefuseAFormWithoutAFile) {
  Start();
  Headers headers = kOpenAi;
  headers.emplace_back("Content-Type", "multipart/form-data; boundary=b");
  const Got got =
      Ask("POST", "/v1/files",
          "--b\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nx\r\n--b--\r\n", headers);
  EXPECT_EQ(got.status, 400);
  EXPECT_EQ(got.json()["error"]["param"], "file");
  EXPECT_TRUE(network_.sent().empty());
}

TEST_F(FileRoutes, SayThatNoAccountCanHoldAFile) {
  config_.accounts.clear();
  Add("local", "sk-local");
  config_.accounts.back().kind = config::AccountKind::kOpenAi;
  Start();
  const Got got = Create();
  EXPECT_EQ(got.status, 403) << got.body;
  EXPECT_EQ(got.json()["error"]["code"], "no_account");
  EXPECT_NE(got.body.find("no account of the gateway can hold files"), std::string::npos);
  const Got anthropic = Create(kAnthropic);
  EXPECT_EQ(anthropic.status, 403) << anthropic.body;
  EXPECT_EQ(anthropic.json()["error"]["details"]["error_code"], "no_account");
}

TEST_F(FileRoutes, KeepsTheFilesOfACallerWhereItsFirstOneIs) {
  for (int i = 3; i < 20; ++i) Add("more" + std::to_string(i), "key-" + std::to_string(i));
  Start();
  ASSERT_EQ(Create().status, 200);
  const std::string holder = Last().credential;
  // The caller's home counts, not the number of accounts.
  config_.accounts.erase(std::ranges::find_if(
      config_.accounts,
      [&](const config::Account& account) { return account.api_key.Reveal() != holder; }));
  ASSERT_TRUE(service_->Apply(std::make_shared<const config::Config>(config_)));
  ASSERT_EQ(Create().status, 200);
  EXPECT_EQ(Last().credential, holder);
}

TEST_F(FileRoutes, AnAccountThatCannotServeGetsNoFile) {
  config_.accounts[0].enabled = false;
  Start();
  for (const char* caller : {"ann", "bob"}) {
    ASSERT_EQ(Create({{"Authorization", "Bearer sk-" + std::string(caller)}}).status, 200);
    EXPECT_EQ(Last().credential, "key-two");
  }
}

TEST_F(FileRoutes, PassOnTheHeadersOfAnUploadAlone) {
  Start();
  Headers headers = kGoogle;
  for (const char* name : {"X-Goog-Upload-Command", "X-Goog-Upload-Protocol", "Content-Range",
                           "X-Upload-Content-Type", "X-Other"}) {
    headers.emplace_back(name, "value");
  }
  Ask("POST", "/upload/v1beta/files", "{}", headers);
  std::string names;
  for (const auto& [name, value] : Last().headers) names += name + " ";
  for (const char* name : {"x-goog-upload-command", "x-goog-upload-protocol", "content-type",
                           "content-range", "x-upload-content-type"}) {
    std::string lower = names;
    std::ranges::transform(lower, lower.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    EXPECT_NE(lower.find(name), std::string::npos) << names;
  }
  EXPECT_EQ(names.find("ther"), std::string::npos) << names;
}

TEST_F(FileRoutes, AskForTheHeadOfAResourceWithGet) {
  Start();
  ASSERT_EQ(Create().status, 200);
  EXPECT_EQ(Ask("GET", "/v1beta/files/m1", "", kGoogle).status, 200);
  EXPECT_EQ(Last().method, "GET");
  EXPECT_EQ(Ask("DELETE", "/v1beta/files/m1", "", kGoogle).status, 200);
  EXPECT_EQ(Last().method, "DELETE");
}

}  // namespace
}  // namespace agm::gateway
