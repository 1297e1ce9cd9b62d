#include "core/chat/response.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace agm::chat {
namespace {

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

MediaKind KindOfMime(std::string_view mime) {
  if (mime.starts_with("audio/")) return MediaKind::kAudio;
  if (mime.starts_with("video/")) return MediaKind::kVideo;
  if (mime.starts_with("image/")) return MediaKind::kImage;
  return MediaKind::kFile;
}

Block OpenBlock(BlockStarted&& started) {
  switch (started.kind) {
    case BlockKind::kText:
      return Text{};
    case BlockKind::kThought:
      return Thought{};
    case BlockKind::kRefusal:
      return Refusal{};
    case BlockKind::kToolCall: {
      ToolCall call;
      call.id = std::move(started.id);
      call.name = std::move(started.name);
      call.kind = started.tool;
      return call;
    }
    case BlockKind::kMedia: {
      Media media;
      media.kind = KindOfMime(started.mime);
      media.mime = std::move(started.mime);
      return media;
    }
    case BlockKind::kOpaque:
      return Opaque{std::move(started.name), {}};
  }
  return Text{};
}

void Append(Block& block, std::string&& text) {
  const auto append = [&text](std::string& to) {
    if (to.empty()) {
      to = std::move(text);
    } else {
      to += text;
    }
  };
  std::visit(
      Overloaded{[&](Text& b) { append(b.text); }, [&](Thought& b) { append(b.text); },
                 [&](Refusal& b) { append(b.text); }, [&](ToolCall& b) { append(b.arguments); },
                 [&](Media& b) { append(b.data); }, [&](Opaque& b) { append(b.body); },
                 [](ToolResult&) {}},
      block);
}

void Show(Block& block, BlockDelta& delta) {
  auto* text = std::get_if<Text>(&block);
  if (text == nullptr) return;
  const std::size_t begin = text->text.size();
  text->shown.push_back({begin, begin + delta.text.size(), std::move(delta.part)});
}

void Sign(Block& block, std::string&& signature) {
  std::visit(Overloaded{[&](Text& b) { b.signature = std::move(signature); },
                        [&](Thought& b) { b.signature = std::move(signature); },
                        [&](ToolCall& b) { b.signature = std::move(signature); },
                        [&](Media& b) { b.signature = std::move(signature); }, [](auto&) {}},
             block);
}

// The deltas of a text: those that show a part of the upstream's own stand alone.
void UnfoldText(int choice, const std::string& text, const std::vector<ShownPart>& shown,
                std::vector<TokenLogprob>&& logprobs, std::vector<Event>& events) {
  std::size_t at = 0;
  const auto put = [&](std::size_t end, std::string part) {
    if (end == at && logprobs.empty()) return;
    events.emplace_back(BlockDelta{choice, text.substr(at, end - at), std::exchange(logprobs, {}),
                                   std::move(part)});
    at = end;
  };
  for (const ShownPart& each : shown) {
    put(each.begin, {});
    put(each.end, each.part);
  }
  put(text.size(), {});
}

// Appends the events of one block; a block that cannot occur in a response gives none. The first
// text block takes `logprobs`.
void UnfoldBlock(int choice, Block&& block, std::vector<TokenLogprob>& logprobs,
                 std::vector<Event>& events) {
  BlockStarted started;
  started.choice = choice;
  std::string text;
  std::string signature;
  std::vector<ShownPart> shown;
  const bool known = std::visit(Overloaded{[&](Text& b) {
                                             text = std::move(b.text);
                                             shown = std::move(b.shown);
                                             signature = std::move(b.signature);
                                             return true;
                                           },
                                           [&](Thought& b) {
                                             started.kind = BlockKind::kThought;
                                             text = std::move(b.text);
                                             signature = std::move(b.signature);
                                             return true;
                                           },
                                           [&](Refusal& b) {
                                             started.kind = BlockKind::kRefusal;
                                             text = std::move(b.text);
                                             return true;
                                           },
                                           [&](ToolCall& b) {
                                             started.kind = BlockKind::kToolCall;
                                             started.id = std::move(b.id);
                                             started.name = std::move(b.name);
                                             started.tool = b.kind;
                                             text = std::move(b.arguments);
                                             signature = std::move(b.signature);
                                             return true;
                                           },
                                           [&](Media& b) {
                                             started.kind = BlockKind::kMedia;
                                             started.mime = std::move(b.mime);
                                             text = std::move(b.data);
                                             signature = std::move(b.signature);
                                             return true;
                                           },
                                           [&](Opaque& b) {
                                             started.kind = BlockKind::kOpaque;
                                             started.name = std::move(b.dialect);
                                             text = std::move(b.body);
                                             return true;
                                           },
                                           [](ToolResult&) { return false; }},
                                block);
  if (!known) return;
  const bool is_text = started.kind == BlockKind::kText;
  events.emplace_back(std::move(started));
  UnfoldText(choice, text, shown,
             is_text ? std::exchange(logprobs, {}) : std::vector<TokenLogprob>(), events);
  events.emplace_back(BlockStopped{choice, std::move(signature)});
}

}  // namespace

Choice& Fold::At(int index) {
  auto& choices = response_.choices;
  const auto at = std::find_if(choices.begin(), choices.end(),
                               [index](const Choice& c) { return c.index >= index; });
  if (at != choices.end() && at->index == index) return *at;
  Choice fresh;
  fresh.index = index;
  return *choices.insert(at, std::move(fresh));
}

void Fold::Add(Event event) {
  std::visit(Overloaded{
                 [&](Started& e) {
                   response_.id = std::move(e.id);
                   response_.model_version = std::move(e.model_version);
                 },
                 [&](BlockStarted& e) {
                   Choice& choice = At(e.choice);
                   choice.blocks.push_back(OpenBlock(std::move(e)));
                 },
                 [&](BlockDelta& e) {
                   Choice& choice = At(e.choice);
                   if (!e.part.empty()) Show(choice.blocks.back(), e);
                   if (!e.text.empty()) Append(choice.blocks.back(), std::move(e.text));
                   std::move(e.logprobs.begin(), e.logprobs.end(),
                             std::back_inserter(choice.logprobs));
                 },
                 [&](BlockStopped& e) {
                   if (!e.signature.empty()) {
                     Sign(At(e.choice).blocks.back(), std::move(e.signature));
                   }
                 },
                 [&](Finished& e) {
                   for (ChoiceFinish& finish : e.choices) {
                     Choice& choice = At(finish.choice);
                     choice.finish = finish.reason;
                     choice.citations = std::move(finish.citations);
                     choice.web = std::move(finish.web);
                   }
                   response_.usage = e.usage;
                   response_.extra = std::move(e.extra);
                   finished_ = true;
                 },
                 [&](Failed& e) { failure_ = std::move(e.error); },
             },
             event);
}

Result<Response> Fold::Finish() && {
  if (failure_) return *std::move(failure_);
  if (!finished_) {
    return Fail(ErrorCode::kUpstreamUnavailable,
                "the upstream's answer ended before it was complete");
  }
  return std::move(response_);
}

std::vector<Event> Unfold(Response response) {
  std::vector<Event> events;
  Finished finished{{}, response.usage, {}, std::move(response.extra)};
  events.emplace_back(Started{std::move(response.id), std::move(response.model_version)});
  for (Choice& choice : response.choices) {
    for (Block& block : choice.blocks) {
      UnfoldBlock(choice.index, std::move(block), choice.logprobs, events);
    }
    finished.choices.push_back(
        {choice.index, choice.finish, std::move(choice.citations), std::move(choice.web)});
  }
  events.emplace_back(std::move(finished));
  return events;
}

}  // namespace agm::chat
