// A client's bytes on a real socket: Server must answer exactly the requests that RequestReader
// finds in them, each with one well-formed response, and then continue to listen.
//
// The first byte of the input determines how the rest is split.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/http/server/server.h"
#include "core/http/wire/request_reader.h"
#include "tests/support/raw_client.h"

namespace {

using namespace agm;  // NOLINT: a program of one file
using agm::http::BodyCoding;
using agm::http::Head;
using agm::http::RequestReader;

constexpr std::uint64_t kMaxBody = 5000;

void Require(bool promise, const char* what) {
  if (promise) return;
  std::fprintf(stderr, "broken promise: %s\n", what);
  std::abort();
}

// ---- The server --------------------------------------------------------------------------------

class Pieces : public agm::http::BodySource {
 public:
  explicit Pieces(std::string text) : text_(std::move(text)) {}
  Pulled Next(std::string& out, agm::TimePoint) override {
    const std::size_t size = std::min<std::size_t>(text_.size() - at_, 7);
    out.append(text_, at_, size);
    at_ += size;
    return at_ < text_.size() ? Pulled::kPiece : Pulled::kEnd;
  }

 private:
  const std::string text_;
  std::size_t at_ = 0;
};

bool IsStreamed(std::string_view path) { return path.find('s') != std::string_view::npos; }

/// Echoes the body; in chunks if the path contains an s.
agm::http::Reply Answer(agm::http::Request& request) {
  agm::http::Reply reply;
  if (IsStreamed(request.path)) {
    reply.source = std::make_unique<Pieces>(std::move(request.body));
  } else {
    reply.body = std::move(request.body);
  }
  return reply;
}

agm::http::Reply Refusal(const agm::http::Fault& fault, std::string_view) {
  agm::http::Reply reply;
  reply.status = fault.status == 0 ? 400 : fault.status;
  reply.body = fault.error.message;
  return reply;
}

struct Server {
  Server() : http(Limits(), &Answer, &Refusal, {}) {
    auto bound = http.Bind("127.0.0.1", 0);
    Require(bound.has_value(), "it can listen");
    port = *bound;
    std::thread([this] { static_cast<void>(http.Serve()); }).detach();
  }
  static agm::http::Limits Limits() {
    agm::http::Limits limits;
    limits.max_body_size = kMaxBody;
    return limits;
  }
  agm::http::Server http;
  int port = 0;
};

// ---- The expected responses --------------------------------------------------------------------

struct Expected {
  bool head_only = false;
  bool refused = false;             ///< any error is accepted
  std::optional<std::string> body;  ///< of the response, if it is known
};

struct Plan {
  std::vector<Expected> answers;
  bool closes = false;  ///< after the last response
};

Plan PlanFor(std::string_view bytes) {
  Plan plan;
  RequestReader reader;
  auto state = reader.state();
  while (!plan.closes && state != RequestReader::State::kRefused) {
    if (state == RequestReader::State::kWhole) {
      const Head& head = reader.head();
      Expected expected{.head_only = head.method == "HEAD", .refused = false, .body = {}};
      if (head.coding == BodyCoding::kIdentity) expected.body = reader.body();
      plan.answers.push_back(std::move(expected));
      // A stream to an HTTP/1.0 client ends when the connection closes.
      plan.closes = !head.keep_alive || (IsStreamed(head.path) && head.minor_version == 0);
      state = reader.Next(kMaxBody);
      continue;
    }
    if (bytes.empty()) return plan;
    const auto room = reader.Room();
    const std::size_t size = std::min(room.size(), bytes.size());
    std::copy_n(bytes.begin(), size, room.begin());
    bytes.remove_prefix(size);
    state = reader.Filled(size, kMaxBody);
  }
  if (!plan.closes) {
    const bool head_only = reader.head().method == "HEAD";
    plan.answers.push_back({.head_only = head_only, .refused = true, .body = {}});
    plan.closes = true;
  }
  return plan;
}

void Check(const Expected& expected, const test::RawAnswer& answer) {
  Require(answer.status >= 200 && answer.status < 600, "a status of an answer");
  if (expected.refused) Require(answer.status >= 400, "a refusal is an error");
  if (expected.head_only) Require(answer.body.empty(), "HEAD has no body");
  if (expected.body && !expected.head_only) {
    Require(answer.status == 200, "what is well-formed is served");
    Require(answer.body == *expected.body, "the body is the one that was sent");
  }
}

void SendInPieces(test::RawClient& client, std::string_view bytes, std::size_t piece) {
  while (!bytes.empty() && client.Send(bytes.substr(0, piece))) {
    bytes.remove_prefix(std::min(piece, bytes.size()));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Server* const server = new Server;  // lives as long as the process
  if (size == 0) return 0;
  const std::size_t piece = data[0] < 128 ? data[0] % 32U + 1U : size;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const Plan plan = PlanFor(bytes);

  test::RawClient client(server->port, Duration(30'000));  // long enough for a busy machine
  Require(client.connected(), "it listens");
  SendInPieces(client, bytes, piece);
  for (const Expected& expected : plan.answers) {
    std::optional<test::RawAnswer> answer;
    do {
      answer = client.Read(expected.head_only);
    } while (answer && answer->status == 100);
    Require(answer.has_value(), "each request has a whole answer");
    Check(expected, *answer);
  }
  if (plan.closes) {
    Require(client.ReadAll().empty(), "nothing follows the last answer");
  }
  client.Reset();
  return 0;
}
