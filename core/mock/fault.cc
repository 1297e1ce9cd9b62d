#include "core/mock/fault.h"

#include <string_view>

namespace agm::mock {
namespace {

std::string Words(int count) {
  static constexpr std::string_view kWords[] = {"one", "small", "step", "after", "another"};
  std::string text;
  for (int i = 0; i < count; ++i) {
    if (i > 0) text += ' ';
    text += kWords[static_cast<std::size_t>(i) % std::size(kWords)];
  }
  return text;
}

/// Passes on another body's events until the fault's event is reached.
class BrokenBody : public Body {
 public:
  BrokenBody(const Fault& fault, std::unique_ptr<Body> body, StreamForm form)
      : fault_(fault), body_(std::move(body)), form_(form) {}

  std::optional<Piece> Next() override {
    if (ended_) return std::nullopt;
    if (fault_.cut_after_events == count_) return Piece{{}, Duration{0}, true};
    if (fault_.fail_after_events == count_) return FailNow();
    auto piece = body_->Next();
    if (piece && fault_.stall_after_events == count_) piece->pause += fault_.stall;
    ++count_;
    return piece;
  }

 private:
  Piece FailNow() {
    ended_ = true;
    const std::string error = WriteError(*fault_.error);
    if (fault_.raw_error || form_ == StreamForm::kArray) {
      return {form_ == StreamForm::kArray && count_ > 0 ? "," + error + "]" : error, Duration{0},
              false};
    }
    std::string line;
    for (const char c : error) {
      if (c != '\n') line += c;
    }
    return {FrameEvent(line, form_, false), Duration{0}, false};
  }

  Fault fault_;
  std::unique_ptr<Body> body_;
  StreamForm form_;
  int count_ = 0;
  bool ended_ = false;
};

}  // namespace

void ShapeAnswer(const Fault& fault, Answer& answer) {
  if (fault.text || fault.words > 0 || fault.empty) {
    answer.text = fault.text.value_or(Words(fault.words));
    answer.calls.clear();
    answer.media_type.clear();
  }
  if (fault.empty) {
    answer.text_signature.clear();
    answer.thoughts.clear();
  }
  if (fault.finish) answer.finish = *fault.finish;
  if (!fault.block.empty()) answer.block_reason = fault.block;
  if (fault.pace) answer.pace = *fault.pace;
}

std::unique_ptr<Body> BreakStream(const Fault& fault, std::unique_ptr<Body> body, StreamForm form) {
  if (!fault.cut_after_events && !fault.fail_after_events && !fault.stall_after_events) {
    return body;
  }
  return std::make_unique<BrokenBody>(fault, std::move(body), form);
}

}  // namespace agm::mock
