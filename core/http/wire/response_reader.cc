#include "core/http/wire/response_reader.h"

#include <algorithm>
#include <limits>

#include "core/http/wire/grammar.h"

namespace agm::http {
namespace {

using Framing = ResponseHead::Framing;

}  // namespace

std::size_t ResponseReader::Read(std::string_view bytes, std::string& out) {
  std::size_t taken = 0;
  if (state_ == State::kHead) {
    taken = head_.Read(bytes);
    BeginBody();
  }
  if (state_ == State::kBody) taken += ReadBody(bytes.substr(taken), out);
  return taken;
}

void ResponseReader::BeginBody() {
  switch (head_.state()) {
    case ResponseHead::State::kMore:
      return;
    case ResponseHead::State::kNoHttp:
      state_ = State::kNoHttp;
      return;
    case ResponseHead::State::kTooLarge:
      state_ = State::kHeadTooLarge;
      return;
    case ResponseHead::State::kWhole:
      break;
  }
  state_ = State::kBody;
  left_ = head_.content_length();
  if (head_.framing() == Framing::kNone) {
    state_ = State::kWhole;
    return;
  }
  const std::string_view coding = head_.Find("content-encoding");
  if (EqualsIgnoreCase(coding, "gzip") || EqualsIgnoreCase(coding, "x-gzip")) {
    inflater_.emplace(Inflater::Form::kWrapped);
  } else if (!coding.empty() && !EqualsIgnoreCase(coding, "identity")) {
    state_ = State::kBadPacking;
  }
}

std::size_t ResponseReader::ReadBody(std::string_view bytes, std::string& out) {
  if (!inflater_) return Unframe(bytes, out);
  unframed_.clear();
  const std::size_t taken = Unframe(bytes, unframed_);
  Unpack(unframed_, out);
  return taken;
}

/// Removes the framing. Sets the state when the body ends or its framing is broken.
std::size_t ResponseReader::Unframe(std::string_view bytes, std::string& out) {
  constexpr auto kAnySize = std::numeric_limits<std::uint64_t>::max();
  std::size_t taken = bytes.size();
  switch (head_.framing()) {
    case Framing::kNone:
      return 0;
    case Framing::kUntilClose:
      out.append(bytes);
      return taken;
    case Framing::kLength:
      taken = std::min<std::uint64_t>(left_, taken);
      out.append(bytes.substr(0, taken));
      left_ -= taken;
      if (left_ == 0) state_ = State::kWhole;
      return taken;
    case Framing::kChunked:
      out.reserve(out.size() + bytes.size());
      taken = chunks_.Read(bytes, out, kAnySize);
      if (chunks_.state() == ChunkReader::State::kDone) {
        state_ = State::kWhole;
      } else if (chunks_.state() != ChunkReader::State::kMore) {
        state_ = State::kCut;
      }
      return taken;
  }
  return 0;
}

void ResponseReader::Unpack(std::string_view packed, std::string& out) {
  packed_ = packed_ || !packed.empty();
  const std::size_t taken = inflater_->Read(packed, out, std::numeric_limits<std::size_t>::max());
  const bool ended = inflater_->state() == Inflater::State::kDone;
  const bool broken = inflater_->state() == Inflater::State::kBroken || taken < packed.size();
  if (broken || (state_ == State::kWhole && packed_ && !ended)) state_ = State::kBadPacking;
}

void ResponseReader::Close() {
  if (state_ == State::kBody && head_.framing() == Framing::kUntilClose) {
    state_ = State::kWhole;
    std::string none;
    if (inflater_) Unpack({}, none);
  } else if (state_ == State::kHead || state_ == State::kBody) {
    state_ = State::kCut;
  }
}

}  // namespace agm::http
