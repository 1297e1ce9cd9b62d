#include "core/gateway/taped.h"

#include <utility>

#include "core/base/json_writer.h"
#include "core/base/utf8.h"

namespace agm::gateway {
namespace {

using ledger::Tape;

std::string RequestHead(std::string_view method, std::string_view path,
                        std::string_view content_type) {
  std::string head;
  JsonWriter json(head);
  json.Object().Key("method").String(ToUtf8(method)).Key("path").String(ToUtf8(path));
  json.Key("content_type").String(ToUtf8(content_type)).EndObject();
  return head;
}

std::string ResponseHead(int status, std::string_view content_type, std::string_view retry_after,
                         std::string_view ended) {
  std::string head;
  JsonWriter json(head);
  json.Object().Key("status").Int(status).Key("content_type").String(ToUtf8(content_type));
  if (!retry_after.empty()) json.Key("retry_after").String(ToUtf8(retry_after));
  json.Key("ended").String(ended).EndObject();
  return head;
}

/// A reply's body with a copy of its pieces on the tape.
class TapedBody : public http::BodySource {
 public:
  TapedBody(std::unique_ptr<http::BodySource> source, std::shared_ptr<Tape> tape, std::size_t part,
            ledger::Journal& journal, WallTime at, std::string id)
      : source_(std::move(source)),
        tape_(std::move(tape)),
        part_(part),
        journal_(journal),
        at_(at),
        id_(std::move(id)) {}
  ~TapedBody() override {
    source_.reset();  // ends the request's record
    journal_.AddTape({at_, std::move(id_), std::move(tape_)});
  }

  Pulled Next(std::string& out, TimePoint until) override {
    const std::size_t before = out.size();
    const Pulled pulled = source_->Next(out, until);
    tape_->Append(part_, std::string_view(out).substr(before));
    return pulled;
  }
  Awaited awaited() override { return source_->awaited(); }
  void Stop(std::string& out) override { source_->Stop(out); }

 private:
  std::unique_ptr<http::BodySource> source_;
  std::shared_ptr<Tape> tape_;
  const std::size_t part_;
  ledger::Journal& journal_;
  const WallTime at_;
  std::string id_;
};

/// An upstream's response with a copy of its bytes on the tape.
class TapedDownload : public http::Download {
 public:
  TapedDownload(std::unique_ptr<http::Download> download, std::shared_ptr<Tape> tape, int call)
      : download_(std::move(download)), tape_(std::move(tape)) {
    part_ = tape_->Add({"received", call, Head("open"), {}, false});
  }

  int status() const override { return download_->status(); }
  std::string_view header(std::string_view name) const override { return download_->header(name); }
  Result<http::ReadState> Read(std::string& out, TimePoint until,
                               const Cancellation& cancellation) override {
    const std::size_t before = out.size();
    auto state = download_->Read(out, until, cancellation);
    tape_->Append(part_, std::string_view(out).substr(before));
    if (!state) {
      tape_->SetHead(part_, Head(CodeName(state.error().code)));
    } else if (*state == http::ReadState::kEnd) {
      tape_->SetHead(part_, Head("complete"));
    }
    return state;
  }
  Awaited awaited() override { return download_->awaited(); }

 private:
  std::string Head(std::string_view ended) const {
    return ResponseHead(download_->status(), download_->header("content-type"),
                        download_->header("retry-after"), ended);
  }

  std::unique_ptr<http::Download> download_;
  std::shared_ptr<Tape> tape_;
  std::size_t part_ = 0;
};

class TapedTransport : public http::Transport {
 public:
  TapedTransport(http::Transport& transport, std::shared_ptr<Tape> tape)
      : transport_(transport), tape_(std::move(tape)) {}

  Result<std::unique_ptr<http::Download>> Send(const http::OutgoingRequest& request,
                                               const Cancellation& cancellation) override {
    const int call = tape_->NextCall();
    tape_->Add({"sent", call, RequestHead(request.method, Path(request.url), "application/json"),
                std::string(request.body), false});
    auto download = transport_.Send(request, cancellation);
    if (!download) {
      tape_->Add(
          {"received", call, ResponseHead(0, {}, {}, CodeName(download.error().code)), {}, false});
      return download;
    }
    return std::unique_ptr<http::Download>(
        std::make_unique<TapedDownload>(*std::move(download), tape_, call));
  }

 private:
  // Without scheme and host.
  static std::string_view Path(std::string_view url) {
    const std::size_t host = url.find("://");
    const std::size_t path = url.find('/', host == std::string_view::npos ? 0 : host + 3);
    return path == std::string_view::npos ? "/" : url.substr(path);
  }

  http::Transport& transport_;
  const std::shared_ptr<Tape> tape_;
};

}  // namespace

std::shared_ptr<Tape> TapeRequest(const http::Request& request) {
  auto tape = std::make_shared<Tape>();
  tape->Add({"request", 0,
             RequestHead(request.method, request.path, request.header("content-type")),
             request.body, false});
  return tape;
}

void TapeReply(http::Reply& reply, std::shared_ptr<Tape> tape, ledger::Journal& journal,
               WallTime at, std::string id) {
  const auto type = http::FindHeader(reply.headers, "content-type");
  const auto retry = http::FindHeader(reply.headers, "retry-after");
  const std::size_t part = tape->Add(
      {"response", 0, ResponseHead(reply.status, type, retry, "complete"), reply.body, false});
  if (!reply.source) {
    journal.AddTape({at, std::move(id), std::move(tape)});
    return;
  }
  reply.source = std::make_unique<TapedBody>(std::move(reply.source), std::move(tape), part,
                                             journal, at, std::move(id));
}

std::shared_ptr<http::Transport> TapeCalls(http::Transport& transport,
                                           const std::shared_ptr<Tape>& tape) {
  return tape ? std::make_shared<TapedTransport>(transport, tape) : nullptr;
}

}  // namespace agm::gateway
