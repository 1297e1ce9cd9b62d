#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/http/client/transport.h"

namespace agm::cli {

/// A gateway without sockets: it answers by method and path, and records the requests.
///
///   gateway.answers["GET /healthz"] = {200, R"({"status":"ok"})"};
///   gateway.up = false;                     // no gateway listens
///
/// It answers all other requests with `otherwise`, a 404. Only `host` listens, unless it is empty.
///
/// Thread safety: one thread at a time.
struct FakeGateway {
  struct Answer {
    int status = 200;
    std::string body;
    std::map<std::string, std::string> headers = {{"content-type", "application/json"}};
    std::function<void()> delay = {};  ///< runs before the body arrives
  };
  struct Asked {
    std::string method;
    std::string url;
    std::string path;
    std::string credential;
    std::string body;
    std::vector<http::Header> headers;
    std::string certificate;
    Duration connect_timeout;
    TimePoint deadline;
  };

  std::map<std::string, Answer> answers;
  std::vector<Asked> asked;
  Answer otherwise = {404, R"({"error":{"message":"unknown path","code":"unknown_url"}})"};
  std::string host;  ///< "127.0.0.1:8045"; empty: any
  bool up = true;

  /// A transport to this gateway.
  std::unique_ptr<http::Transport> Transport() { return std::make_unique<Line>(*this); }

 private:
  class Body : public http::Download {
   public:
    explicit Body(Answer answer) : answer_(std::move(answer)) {}
    int status() const override { return answer_.status; }
    std::string_view header(std::string_view name) const override {
      auto found = answer_.headers.find(std::string(name));
      return found == answer_.headers.end() ? std::string_view() : found->second;
    }
    Result<http::ReadState> Read(std::string& out, TimePoint, const Cancellation&) override {
      if (answer_.body.empty()) return http::ReadState::kEnd;
      if (answer_.delay) answer_.delay();
      out += std::exchange(answer_.body, {});
      return http::ReadState::kData;
    }

   private:
    Answer answer_;
  };

  class Line : public http::Transport {
   public:
    explicit Line(FakeGateway& gateway) : gateway_(gateway) {}
    Result<std::unique_ptr<http::Download>> Send(const http::OutgoingRequest& request,
                                                 const Cancellation&) override {
      const std::size_t begin = request.url.find("://") + 3;
      const std::size_t slash = std::min(request.url.find('/', begin), request.url.size());
      const std::string asked_host = request.url.substr(begin, slash - begin);
      if (!gateway_.up || (!gateway_.host.empty() && gateway_.host != asked_host)) {
        return Fail(ErrorCode::kUpstreamUnavailable, "connection refused");
      }
      const std::string path = request.url.substr(slash);
      gateway_.asked.push_back({request.method, request.url, path,
                                request.credential.second.Reveal(), std::string(request.body),
                                request.headers, request.certificate, request.connect_timeout,
                                request.deadline});
      auto found = gateway_.answers.find(request.method + " " + path);
      Answer answer = found == gateway_.answers.end() ? gateway_.otherwise : found->second;
      return std::unique_ptr<http::Download>(std::make_unique<Body>(std::move(answer)));
    }

   private:
    FakeGateway& gateway_;
  };
};

}  // namespace agm::cli
