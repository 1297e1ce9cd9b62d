// One request on one connection, as a state machine that only moves while somebody asks:
//
//   AwaitHead: [move, wait]* until the head is complete
//   Read:      what came with the head -> [wait, move]* until there are bytes or the end
//   end:       the line goes back to the pool; anything else closes it
//
// libcurl itself sends a request again on a fresh connection when a reused one turns out to be dead
// before the first byte of an answer, which is what Transport promises.

#include "core/upstream/curl_download.h"

#include <algorithm>
#include <utility>

namespace agm::upstream {
namespace {

constexpr long kStreamBuffer = 2 * 1024;
constexpr long kWholeBuffer = 16 * 1024;
/// How often a cancellation is asked that cannot wake us.
constexpr Duration kTick{100};
/// One Read takes at most 100 buffers off the socket; what they may unpack to is bounded here.
constexpr std::size_t kMostAtOnce = 64U << 20U;

void SetProxy(CURL* easy, const HttpRequest& request, bool direct) {
  if (direct) {
    Set(easy, CURLOPT_PROXY, "");
  } else if (!request.proxy.empty()) {
    Set(easy, CURLOPT_PROXY, request.proxy.c_str());
    Set(easy, CURLOPT_NOPROXY, "");
  }
}

// One certificate proves more than a name does.
void TrustOnly(CURL* easy, const std::string& certificate) {
  curl_blob pem{const_cast<char*>(certificate.data()), certificate.size(), CURL_BLOB_COPY};
  Set(easy, CURLOPT_CAINFO_BLOB, &pem);
  Set<const char*>(easy, CURLOPT_CAINFO, nullptr);
  Set<const char*>(easy, CURLOPT_CAPATH, nullptr);
  Set(easy, CURLOPT_SSL_VERIFYHOST, 0L);
}

void SetMethod(CURL* easy, const HttpRequest& request) {
  Set<const char*>(easy, CURLOPT_CUSTOMREQUEST, nullptr);
  if (request.body.empty() && request.method != "POST") {
    Set(easy, CURLOPT_HTTPGET, 1L);
  } else {
    Set(easy, CURLOPT_POST, 1L);
    Set(easy, CURLOPT_POSTFIELDS, request.body.data() == nullptr ? "" : request.body.data());
    Set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  }
  if (request.method != "POST" && request.method != "GET") {
    Set(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
}

}  // namespace

CurlDownload::CurlDownload(std::shared_ptr<CurlTransport::IdleLines> idle,
                           std::unique_ptr<Line> line, Origin origin, HeaderList headers,
                           const HttpRequest& request)
    : idle_(std::move(idle)),
      line_(std::move(line)),
      headers_(std::move(headers)),
      peer_(origin.HostAndPort()),
      proxy_(origin.loopback ? std::string() : ShownProxy(request.proxy)),
      connect_timeout_(request.connect_timeout),
      first_byte_timeout_(request.first_byte_timeout),
      idle_timeout_(request.idle_timeout),
      deadline_(request.deadline),
      to_send_(static_cast<curl_off_t>(request.body.size())) {
  Apply(request, origin);
}

void CurlDownload::Apply(const HttpRequest& request, const Origin& origin) {
  CURL* easy = line_->easy.get();
  SetMethod(easy, request);
  line_->refused = false;
  if (std::exchange(line_->fresh, false)) {
    SetProxy(easy, request, origin.loopback || line_->may_connect);
    if (!request.certificate.empty()) TrustOnly(easy, request.certificate);
  }
  if (line_->stream != request.stream) {
    Set(easy, CURLOPT_BUFFERSIZE, request.stream ? kStreamBuffer : kWholeBuffer);
    Set(easy, CURLOPT_ACCEPT_ENCODING, request.stream ? "identity" : "gzip");
    line_->stream = request.stream;
  }
  Set(easy, CURLOPT_HTTPHEADER, headers_.get());
  Set(easy, CURLOPT_CONNECTTIMEOUT_MS, std::max<long>(1, connect_timeout_.count()));
  Set(easy, CURLOPT_HEADERFUNCTION, &CurlDownload::OnHeader);
  Set(easy, CURLOPT_HEADERDATA, static_cast<void*>(this));
  Set(easy, CURLOPT_WRITEFUNCTION, &CurlDownload::OnBody);
  Set(easy, CURLOPT_WRITEDATA, static_cast<void*>(this));
}

std::size_t CurlDownload::OnHeader(char* bytes, std::size_t size, std::size_t count, void* self) {
  auto& download = *static_cast<CurlDownload*>(self);
  if (download.head_.Add({bytes, size * count})) return size * count;
  download.head_too_large_ = true;
  return 0;
}

std::size_t CurlDownload::OnBody(char* bytes, std::size_t size, std::size_t count, void* self) {
  auto& download = *static_cast<CurlDownload*>(self);
  std::string& out = download.out_ != nullptr ? *download.out_ : download.early_;
  download.received_ += size * count;
  if (download.received_ - download.handed_out_ > kMostAtOnce) return 0;
  out.append(bytes, size * count);
  return size * count;
}

bool CurlDownload::Connected() const {
  curl_off_t micros = 0;
  curl_easy_getinfo(line_->easy.get(), CURLINFO_PRETRANSFER_TIME_T, &micros);
  return micros > 0;
}

void CurlDownload::Move() {
  if (done_) return;
  const auto result = line_->engine.Move();
  done_ = result.has_value();
  if (done_) result_ = *result;
}

// Before the head: connecting, being connected and every byte sent count as life.
void CurlDownload::NoteProgress() {
  curl_off_t sent = 0;
  curl_easy_getinfo(line_->easy.get(), CURLINFO_SIZE_UPLOAD_T, &sent);
  const bool connected = connected_ || Connected();
  if (sent == sent_ && connected == connected_) return;
  sent_ = sent;
  connected_ = connected;
  quiet_since_ = SystemClock().Now();
}

CurlDownload::Wait CurlDownload::NextWait(TimePoint until) const {
  Wait wait{until, Limit::kUntil};
  const auto at_most = [&wait](TimePoint end, Limit limit) {
    if (end < wait.end) wait = {end, limit};
  };
  if (head_.complete()) {
    at_most(quiet_since_ + idle_timeout_, Limit::kIdle);
  } else if (connected_) {
    at_most(quiet_since_ + first_byte_timeout_, Limit::kFirstByte);
  } else {
    at_most(quiet_since_ + connect_timeout_, Limit::kConnect);
  }
  at_most(deadline_, Limit::kDeadline);
  return wait;
}

// Waits for the connection, the client or the time. True if the caller was called off. `watch` says
// whether the client's descriptor is worth polling; a client that sends while it waits is not.
bool CurlDownload::Poll(TimePoint end, const Cancellation& cancellation, bool& watch) {
  const bool can_wake = watch && cancellation.fd() >= 0;
  const bool never = &cancellation == &NeverCancelled();
  if (!can_wake && !never) end = std::min(end, After(SystemClock().Now(), kTick));
  const bool woken = line_->engine.Wait(end, can_wake ? cancellation.fd() : -1);
  if (can_wake && !woken) return false;
  if (cancellation.Cancelled()) return true;
  watch = false;
  return false;
}

Result<void> CurlDownload::AwaitHead(const Cancellation& cancellation) {
  if (cancellation.Cancelled()) return Fail(ErrorCode::kCancelled, "the client went away");
  quiet_since_ = SystemClock().Now();
  if (!line_->engine.Begin()) {
    return Fail(ErrorCode::kInternal, "a request could not be begun");
  }
  for (bool watch = true;;) {
    Move();
    if (head_.complete()) break;
    if (done_) return BrokenBeforeHead();
    NoteProgress();
    const Wait wait = NextWait(TimePoint::max());
    if (SystemClock().Now() >= wait.end) return TimedOut(wait.limit);
    if (Poll(wait.end, cancellation, watch)) {
      return Fail(ErrorCode::kCancelled, "the client went away");
    }
  }
  paused_since_ = quiet_since_ = SystemClock().Now();
  return {};
}

// What is there. Who was told what to wait for knows more than a poll would tell.
Result<ReadState> CurlDownload::Take(const Cancellation& cancellation) {
  const Wait limit = NextWait(TimePoint::max());
  Move();
  if (received_ != handed_out_) {
    quiet_since_ = SystemClock().Now();
    return ReadState::kData;
  }
  if (done_) return End();
  if (cancellation.Cancelled()) return Fail(ErrorCode::kCancelled, "the client went away");
  if (SystemClock().Now() >= limit.end) return TimedOut(limit.limit);
  return ReadState::kNothingYet;
}

// Polls first: between two chunks there is mostly nothing to be had at once.
Result<ReadState> CurlDownload::Pull(TimePoint until, const Cancellation& cancellation) {
  for (bool watch = true;;) {
    const Wait wait = NextWait(until);
    if (Poll(wait.end, cancellation, watch)) {
      return Fail(ErrorCode::kCancelled, "the client went away");
    }
    Move();
    const TimePoint now = SystemClock().Now();
    if (received_ != handed_out_) {
      quiet_since_ = now;
      return ReadState::kData;
    }
    if (done_) return End();
    if (now < wait.end) continue;
    if (wait.limit == Limit::kUntil) return ReadState::kNothingYet;
    return TimedOut(wait.limit);
  }
}

Result<ReadState> CurlDownload::Read(std::string& out, TimePoint until,
                                     const Cancellation& cancellation) {
  if (!early_.empty()) {
    if (out.empty()) {
      out.swap(early_);
    } else {
      out += early_;
    }
    early_.clear();
    return ReadState::kData;
  }
  if (error_) return *error_;
  if (done_) return End();
  EndPause();
  if (SystemClock().Now() >= deadline_) return Stop(TimedOut(Limit::kDeadline));
  out_ = &out;
  handed_out_ = received_;
  Result<ReadState> state = until == kNoWait ? Take(cancellation) : Pull(until, cancellation);
  out_ = nullptr;
  paused_since_ = SystemClock().Now();
  if (!state) return Stop(state.error());
  return state;
}

Error CurlDownload::Stop(Error error) {
  error_ = std::move(error);
  Close();
  return *error_;
}

// The caller's own pauses are no silence of the upstream's.
void CurlDownload::EndPause() {
  if (paused_since_) quiet_since_ += SystemClock().Now() - *paused_since_;
  paused_since_.reset();
}

Awaited CurlDownload::awaited() {
  if (!early_.empty() || error_ || done_ || !line_) return {-1, kNoWait};
  EndPause();
  const Awaited engine = line_->engine.awaited();
  curl_off_t sent = 0;
  curl_easy_getinfo(line_->easy.get(), CURLINFO_SIZE_UPLOAD_T, &sent);
  return {sent < to_send_ ? -1 : engine.fd, std::min(engine.until, NextWait(TimePoint::max()).end)};
}

Result<ReadState> CurlDownload::End() {
  if (result_ != CURLE_OK) {
    return Stop(Broken());
  }
  GiveBack();
  return ReadState::kEnd;
}

void CurlDownload::GiveBack() {
  if (!line_) return;
  line_->engine.End();
  Set<curl_slist*>(line_->easy.get(), CURLOPT_HTTPHEADER, nullptr);
  idle_->Put(std::move(line_));
}

// With an answer under way this closes the socket.
void CurlDownload::Close() {
  if (!line_) return;
  line_->engine.End();
  line_.reset();
}

}  // namespace agm::upstream
