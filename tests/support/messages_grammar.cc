#include "tests/support/messages_grammar.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "core/base/json.h"
#include "tests/support/named_frames.h"

namespace agm::test {
namespace {

class Reader {
 public:
  void Read(const std::vector<NamedFrame>& frames) {
    for (const NamedFrame& frame : frames) {
      if (!problem_.empty()) return;
      const std::string type = frame.data.is_object() ? frame.data.value("type", "") : "";
      if (frame.name.empty() || type != frame.name) return Blame("a frame's name is not its type");
      if (ended_) return Blame("an event comes behind the end");
      if (!started_ && type != "message_start" && type != "error") return Blame("no message_start");
      On(type, frame.data);
    }
    if (!ended_) Blame("the stream has no end");
  }

  const std::string& problem() const { return problem_; }
  bool failed() const { return failed_; }
  Json TakeMessage() { return std::move(message_); }

 private:
  void Blame(std::string what) {
    if (problem_.empty()) problem_ = std::move(what);
  }

  void On(const std::string& type, const Json& data) {
    if (type == "message_start") return Start(data);
    if (type == "content_block_start") return Open(data);
    if (type == "content_block_delta") return Delta(data);
    if (type == "content_block_stop") return Close(data);
    if (type == "message_delta") return Finish(data);
    if (type == "message_stop") return Stop();
    if (type == "error") return Fail(data);
    if (type != "ping") Blame("an unknown event: " + type);
  }

  void Start(const Json& data) {
    if (std::exchange(started_, true)) return Blame("a second message_start");
    message_ = data["message"];
    if (!message_["usage"].is_object()) Blame("message_start has no usage");
    if (!message_["content"].is_array() || !message_["content"].empty()) Blame("content at start");
  }

  void Open(const Json& data) {
    if (open_) return Blame("a block opens while another is open");
    open_ = true;
    input_.clear();
    Json& content = message_["content"];
    if (data["index"] != content.size()) Blame("a block's index is not the next");
    block_ = data["content_block"];
    const std::string type = block_.value("type", "");
    if (type == "thinking" && !content.empty()) Blame("thinking is not the first block");
    if (type == "text" && !content.empty() && content.back()["type"] == "text") {
      Blame("two blocks of text are adjacent");
    }
  }

  void Delta(const Json& data) {
    if (!open_ || data["index"] != message_["content"].size())
      return Blame("a delta fits no block");
    const Json& delta = data["delta"];
    const std::string type = delta.value("type", "");
    const std::string block = block_.value("type", "");
    if (type == "text_delta" && block == "text") return Append("text", delta);
    if (type == "thinking_delta" && block == "thinking") return Append("thinking", delta);
    if (type == "signature_delta" && block == "thinking") return Append("signature", delta);
    if (type == "citations_delta" && block == "text") {
      return block_["citations"].push_back(delta["citation"]);
    }
    if (type == "input_json_delta" && block_.contains("input")) {
      input_ += delta.value("partial_json", "");
      return;
    }
    Blame(fmt::format("a {} in a block of type {}", type, block));
  }

  void Append(const char* key, const Json& delta) {
    const std::string more = delta.value(key, "");
    if (more.empty()) Blame("an empty delta");
    block_[key] = block_[key].get<std::string>() + more;
  }

  void Close(const Json& data) {
    if (!open_ || data["index"] != message_["content"].size())
      return Blame("no such block is open");
    open_ = false;
    if (!input_.empty()) block_["input"] = Json::parse(input_, nullptr, false);
    if (block_.contains("input") && !block_["input"].is_object()) Blame("an input is no object");
    calls_ += block_["type"] == "tool_use" ? 1 : 0;
    message_["content"].push_back(std::move(block_));
  }

  void Finish(const Json& data) {
    if (open_) Blame("message_delta comes while a block is open");
    if (std::exchange(finished_, true)) return Blame("a second message_delta");
    const Json& reason = data["delta"]["stop_reason"];
    if (!reason.is_string()) return Blame("no stop_reason");
    if ((reason == "tool_use") && calls_ == 0) Blame("tool_use without a call");
    if (reason == "end_turn" && calls_ > 0) Blame("a call, but end_turn");
    if (!data["usage"].contains("output_tokens")) Blame("no output_tokens");
    message_.update(data["delta"]);
    message_["usage"].update(data["usage"]);
    if (data.contains("context_management")) {
      message_["context_management"] = data["context_management"];
    }
  }

  void Stop() {
    ended_ = true;
    if (!finished_) Blame("message_stop without message_delta");
  }

  void Fail(const Json& data) {
    ended_ = failed_ = true;
    if (finished_) Blame("an error behind message_delta");
    if (!data["error"]["message"].is_string()) Blame("an error without a message");
  }

  std::string problem_;
  Json message_;
  Json block_;
  std::string input_;
  int calls_ = 0;
  bool started_ = false;
  bool open_ = false;
  bool finished_ = false;
  bool ended_ = false;
  bool failed_ = false;
};

Reader ReaderOf(std::string_view stream) {
  Reader reader;
  reader.Read(NamedFramesOf(stream));
  return reader;
}

}  // namespace

std::string MessagesStreamProblem(std::string_view stream) { return ReaderOf(stream).problem(); }

std::string FoldMessages(std::string_view stream) {
  Reader reader = ReaderOf(stream);
  return reader.TakeMessage().dump();
}

bool MessagesFailed(std::string_view stream) { return ReaderOf(stream).failed(); }

}  // namespace agm::test
