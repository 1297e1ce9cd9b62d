#include "tests/support/event_grammar.h"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <variant>

namespace agm::test {
namespace {

using chat::BlockKind;

std::string_view Word(BlockKind kind) {
  switch (kind) {
    case BlockKind::kText:
      return "text";
    case BlockKind::kThought:
      return "thought";
    case BlockKind::kToolCall:
      return "call";
    case BlockKind::kMedia:
      return "media";
    case BlockKind::kRefusal:
      return "refusal";
    case BlockKind::kOpaque:
      return "opaque";
  }
  return "?";
}

std::string_view Word(chat::FinishReason reason) {
  switch (reason) {
    case chat::FinishReason::kStop:
      return "stop";
    case chat::FinishReason::kLength:
      return "length";
    case chat::FinishReason::kToolCalls:
      return "tool_calls";
    case chat::FinishReason::kContentFilter:
      return "content_filter";
  }
  return "?";
}

/// The state of a stream during the check.
class Grammar {
 public:
  std::string Check(const chat::Event& event) {
    if (ended_) return "comes behind the end";
    return std::visit([this](const auto& e) { return On(e); }, event);
  }
  bool ended() const { return ended_; }

 private:
  std::string On(const chat::Started&) {
    return std::exchange(started_, true) ? "is a second Started" : "";
  }

  std::string On(const chat::BlockStarted& e) {
    if (!started_) return "comes before Started";
    if (e.choice < 0) return "has a negative choice";
    if (Open(e.choice)) return "opens a block inside a block";
    open_[e.choice] = e.kind;
    const bool call = e.kind == BlockKind::kToolCall;
    if (call && (e.id.empty() || !ids_.emplace(e.id, true).second)) {
      return "is a call whose id is empty or was used";
    }
    return "";
  }

  std::string On(const chat::BlockDelta& e) {
    if (!Open(e.choice)) return "is a delta outside a block";
    return e.text.empty() && e.logprobs.empty() ? "is an empty delta" : "";
  }

  std::string On(const chat::BlockStopped& e) {
    if (!Open(e.choice)) return "stops a block that is not open";
    open_[e.choice].reset();
    return "";
  }

  std::string On(const chat::Finished& e) {
    ended_ = true;
    if (!started_) return "comes before Started";
    if (e.choices.empty()) return "finishes no choice";
    std::map<int, bool> finished;
    int last = -1;
    for (const chat::ChoiceFinish& finish : e.choices) {
      if (finish.choice <= last) return "finishes choices out of order";
      last = finish.choice;
      finished[finish.choice] = true;
    }
    for (const auto& [choice, kind] : open_) {
      if (kind) return "comes while a block is open";
      if (!finished.contains(choice)) return "leaves a choice unfinished";
    }
    return "";
  }

  std::string On(const chat::Failed& e) {
    ended_ = true;
    return e.error.message.empty() ? "says nothing about the failure" : "";
  }

  bool Open(int choice) const {
    const auto at = open_.find(choice);
    return at != open_.end() && at->second.has_value();
  }

  bool started_ = false;
  bool ended_ = false;
  std::map<int, std::optional<BlockKind>> open_;
  std::map<std::string, bool> ids_;
};

std::string ShowOne(const chat::Started& e) {
  return fmt::format("started id={} model={}", e.id, e.model_version);
}
std::string ShowOne(const chat::BlockStarted& e) {
  std::string out = fmt::format("block {} {}", e.choice, Word(e.kind));
  if (!e.id.empty()) out += " id=" + e.id;
  if (!e.name.empty()) out += " name=" + e.name;
  if (!e.mime.empty()) out += " mime=" + e.mime;
  if (e.tool == chat::ToolKind::kCustom) out += " custom";
  return out;
}
std::string ShowOne(const chat::BlockDelta& e) {
  std::string out = fmt::format("delta {} {}", e.choice, e.text);
  for (const auto& token : e.logprobs) {
    out += fmt::format(" [{} {} of {}]", token.token, token.logprob, token.top.size());
  }
  return out;
}
std::string ShowOne(const chat::BlockStopped& e) {
  return fmt::format("stop {}{}", e.choice, e.signature.empty() ? "" : " signature=" + e.signature);
}
std::string ShowOne(const chat::Finished& e) {
  std::string out = "finished";
  for (const chat::ChoiceFinish& finish : e.choices) {
    out += fmt::format(" {}={}", finish.choice, Word(finish.reason));
    for (const chat::Citation& c : finish.citations) {
      out += fmt::format(" <{}-{} {} {}>", c.start, c.end, c.url, c.title);
    }
  }
  out += fmt::format(" in={} cached={} out={} thoughts={}", e.usage.input, e.usage.cached,
                     e.usage.output, e.usage.thoughts);
  if (!e.usage.known) out += " unknown";
  if (e.continuation) out += " continuation=" + *e.continuation;
  for (const auto& [key, value] : e.extra) out += fmt::format(" {}={}", key, value);
  return out;
}
std::string ShowOne(const chat::Failed& e) {
  return fmt::format("failed {} {}: {}", CodeName(e.error.code), e.error.reason, e.error.message);
}

}  // namespace

std::string GrammarProblem(const std::vector<chat::Event>& events, bool complete) {
  Grammar grammar;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const std::string problem = grammar.Check(events[i]);
    if (!problem.empty()) return fmt::format("event {} {}\n{}", i, problem, Show(events));
  }
  if (complete && !grammar.ended()) return "the events have no end\n" + Show(events);
  return "";
}

std::string Show(const std::vector<chat::Event>& events) {
  std::string out;
  for (const chat::Event& event : events) {
    out += std::visit([](const auto& e) { return ShowOne(e); }, event) + "\n";
  }
  return out;
}

}  // namespace agm::test
