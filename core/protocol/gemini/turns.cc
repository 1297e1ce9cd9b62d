#include "core/protocol/gemini/turns.h"

#include <algorithm>
#include <deque>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace agm::protocol {
namespace {

using Blocks = std::vector<const chat::Block*>;
using Spare = std::vector<std::unique_ptr<chat::Block>>;

const chat::Block* MinimalText() {
  static const chat::Block kSpace = chat::Text{" ", {}};
  return &kSpace;
}

bool HasContent(const chat::Block& block) {
  if (const auto* text = std::get_if<chat::Text>(&block)) {
    return !text->text.empty() || !text->signature.empty();
  }
  if (const auto* thought = std::get_if<chat::Thought>(&block)) {
    return !thought->text.empty() || !thought->signature.empty();
  }
  if (const auto* refusal = std::get_if<chat::Refusal>(&block)) return !refusal->text.empty();
  if (const auto* media = std::get_if<chat::Media>(&block)) {
    return !media->data.empty() || !media->uri.empty();
  }
  if (const auto* opaque = std::get_if<chat::Opaque>(&block)) return opaque->dialect == "gemini";
  return true;
}

void AddBlocks(const chat::Message& message, Blocks& to) {
  for (const chat::Block& block : message.blocks) {
    if (HasContent(block)) to.push_back(&block);
  }
}

std::size_t HeadLength(const chat::Request& request) {
  const auto& messages = request.messages;
  const auto end = std::find_if(messages.begin(), messages.end(), [](const chat::Message& m) {
    return m.role != chat::Role::kSystem;
  });
  const auto length = static_cast<std::size_t>(end - messages.begin());
  // Only system text: the last message is the user's request.
  return length > 0 && length == messages.size() ? length - 1 : length;
}

Blocks BlocksOf(const chat::Message& message, const ModelTraits& traits,
                const TurnRestorer& restore, Spare& spare) {
  Blocks blocks;
  const bool model = message.role == chat::Role::kAssistant;
  auto restored = model && restore ? restore(message, traits.family) : std::nullopt;
  if (!restored) {
    AddBlocks(message, blocks);
    return blocks;
  }
  for (chat::Block& block : *restored) {
    spare.push_back(std::make_unique<chat::Block>(std::move(block)));
    blocks.push_back(spare.back().get());
  }
  return blocks;
}

template <class T>
std::vector<const T*> All(const Blocks& blocks) {
  std::vector<const T*> found;
  for (const chat::Block* block : blocks) {
    if (const auto* item = std::get_if<T>(block)) found.push_back(item);
  }
  return found;
}

const chat::ToolCall* FirstCall(const chat::Message& message) {
  if (message.role != chat::Role::kAssistant) return nullptr;
  for (const chat::Block& block : message.blocks) {
    if (const auto* call = std::get_if<chat::ToolCall>(&block)) return call;
  }
  return nullptr;
}

bool IsResults(const chat::Message& message) {
  return message.role != chat::Role::kAssistant && !message.blocks.empty() &&
         std::all_of(message.blocks.begin(), message.blocks.end(), [](const chat::Block& block) {
           return std::holds_alternative<chat::ToolResult>(block);
         });
}

/// Puts the calls of one turn together again, where the client has put each call's result behind
/// the call.
class CallsOfOneTurn {
 public:
  CallsOfOneTurn(const std::vector<chat::Message>& messages, const SignatureLookup& turn_of,
                 std::string_view family)
      : messages_(messages), turn_of_(turn_of), family_(family) {}

  /// The messages from `at` on that belong together, in the order to be sent; joined ones are kept
  /// in `joined`. Moves `at` behind them.
  std::vector<const chat::Message*> From(
      std::size_t& at, std::vector<std::unique_ptr<chat::Message>>& joined) const {
    const chat::Message& first = messages_[at];
    std::size_t next = NextCall(at++);
    if (next == 0) return {&first};
    const std::string turn = TurnOf(first);
    if (turn.empty() || TurnOf(messages_[next]) != turn) return {&first};
    joined.push_back(std::make_unique<chat::Message>(first));
    auto& blocks = joined.back()->blocks;
    std::vector<const chat::Message*> group = {joined.back().get()};
    for (; next != 0 && TurnOf(messages_[next]) == turn; next = NextCall(at++)) {
      for (; at < next; ++at) group.push_back(&messages_[at]);
      blocks.insert(blocks.end(), messages_[at].blocks.begin(), messages_[at].blocks.end());
    }
    return group;
  }

 private:
  std::string TurnOf(const chat::Message& message) const {
    return turn_of_(FirstCall(message)->id, family_);
  }

  // The next message with calls, if only results stand between; else 0.
  std::size_t NextCall(std::size_t at) const {
    if (!turn_of_ || FirstCall(messages_[at]) == nullptr) return 0;
    const auto results = messages_.begin() + static_cast<std::ptrdiff_t>(at) + 1;
    const auto next = std::find_if_not(results, messages_.end(), IsResults);
    if (next == results || next == messages_.end() || FirstCall(*next) == nullptr) return 0;
    return static_cast<std::size_t>(next - messages_.begin());
  }

  const std::vector<chat::Message>& messages_;
  const SignatureLookup& turn_of_;
  const std::string_view family_;
};

bool HasResults(const Blocks& blocks) {
  return std::any_of(blocks.begin(), blocks.end(), [](const chat::Block* block) {
    return std::holds_alternative<chat::ToolResult>(*block);
  });
}

void AddTurn(std::vector<GeminiTurn>& turns, bool model, const Blocks& blocks) {
  if (blocks.empty()) return;
  if (turns.empty() || turns.back().model != model) turns.push_back({model, {}});
  GeminiTurn& turn = turns.back();
  const bool results = HasResults(blocks);
  if (turn.has_results && !results && turn.next == nullptr) turn.next = blocks.front();
  turn.has_results = turn.has_results || results;
  turn.blocks.insert(turn.blocks.end(), blocks.begin(), blocks.end());
}

const chat::Block* EmptyResult(const chat::ToolCall& call, Spare& spare) {
  chat::ToolResult result;
  result.id = call.id;
  result.name = call.name;
  spare.push_back(std::make_unique<chat::Block>(std::move(result)));
  return spare.back().get();
}

const chat::Block* AsText(const chat::ToolResult& result, Spare& spare) {
  std::string text;
  for (const auto& item : result.content) {
    if (const auto* piece = std::get_if<chat::Text>(&item)) text += piece->text;
  }
  spare.push_back(std::make_unique<chat::Block>(chat::Text{std::move(text), {}}));
  return spare.back().get();
}

/// The results in a user's turn; each is taken once.
class Results {
 public:
  explicit Results(const Blocks& blocks) {
    for (const chat::Block* block : blocks) {
      const auto* result = std::get_if<chat::ToolResult>(block);
      if (result == nullptr) continue;
      if (!result->id.empty()) by_id_[result->id].push_back(block);
      (result->id.empty() ? nameless_ : named_)[result->name].push_back(block);
    }
  }

  /// The result with the call's id; if either has no id, the next result with its name.
  const chat::Block* Take(const chat::ToolCall& call) {
    if (!call.id.empty()) {
      if (const auto* found = Pop(by_id_, call.id)) return found;
      return Pop(nameless_, call.name);
    }
    if (const auto* found = Pop(nameless_, call.name)) return found;
    return Pop(named_, call.name);
  }

  bool Taken(const chat::Block* block) const { return taken_.contains(block); }

 private:
  using Index = std::unordered_map<std::string_view, std::deque<const chat::Block*>>;

  const chat::Block* Pop(Index& index, std::string_view key) {
    const auto at = index.find(key);
    while (at != index.end() && !at->second.empty()) {
      const chat::Block* block = at->second.front();
      at->second.pop_front();
      if (taken_.insert(block).second) return block;
    }
    return nullptr;
  }

  Index by_id_;
  Index named_;     // results with an id, by name
  Index nameless_;  // results without an id, by name
  std::unordered_set<const chat::Block*> taken_;
};

// Orders the user's turn after `calls`: a result for each call in their order, then everything
// else. Results without a matching call become text.
Blocks OrderResults(const std::vector<const chat::ToolCall*>& calls, const Blocks& blocks,
                    Spare& spare) {
  Results results(blocks);
  Blocks ordered;
  for (const chat::ToolCall* call : calls) {
    const chat::Block* result = results.Take(*call);
    ordered.push_back(result != nullptr ? result : EmptyResult(*call, spare));
  }
  for (const chat::Block* block : blocks) {
    if (results.Taken(block)) continue;
    const auto* result = std::get_if<chat::ToolResult>(block);
    if (result != nullptr) block = AsText(*result, spare);
    if (HasContent(*block)) ordered.push_back(block);
  }
  return ordered;
}

/// Gives calls that share an id ids of their own, because the upstream pairs by id. Clients that
/// name calls by their function send such ones.
class DistinctIds {
 public:
  explicit DistinctIds(Spare& spare) : spare_(spare) {}

  /// Puts copies with other ids in the place of repeated calls and of their results, which stand in
  /// the order of the calls.
  void Apply(Blocks& calls, Blocks& results) {
    std::size_t at = 0;
    for (const chat::Block*& block : calls) {
      const auto* call = std::get_if<chat::ToolCall>(block);
      if (call == nullptr) continue;
      const chat::Block*& result = results[at++];
      if (call->id.empty() || taken_.insert(call->id).second) continue;
      const std::string id = Fresh(call->id);
      block = WithId(*call, id);
      result = WithId(std::get<chat::ToolResult>(*result), id);
    }
  }

 private:
  std::string Fresh(const std::string& id) {
    int& next = next_.emplace(id, 2).first->second;
    for (;;) {
      std::string fresh = id + "-" + std::to_string(next++);
      if (taken_.insert(fresh).second) return fresh;
    }
  }

  template <class T>
  const chat::Block* WithId(T block, const std::string& id) {
    block.id = id;
    spare_.push_back(std::make_unique<chat::Block>(std::move(block)));
    return spare_.back().get();
  }

  Spare& spare_;
  std::unordered_set<std::string> taken_;
  std::unordered_map<std::string, int> next_;  ///< the number of the next id, by the repeated one
};

void PairResults(std::vector<GeminiTurn>& turns, Spare& spare) {
  DistinctIds ids(spare);
  for (std::size_t i = 0; i < turns.size(); ++i) {
    if (turns[i].model) {
      const bool calls = !All<chat::ToolCall>(turns[i].blocks).empty();
      if (calls && i + 1 == turns.size()) turns.push_back({false, {}});
      continue;
    }
    const auto calls =
        i == 0 ? std::vector<const chat::ToolCall*>() : All<chat::ToolCall>(turns[i - 1].blocks);
    if (calls.empty() && !HasResults(turns[i].blocks)) continue;
    turns[i].blocks = OrderResults(calls, turns[i].blocks, spare);
    if (i > 0) ids.Apply(turns[i - 1].blocks, turns[i].blocks);
    if (turns[i].blocks.empty()) turns[i].blocks.push_back(MinimalText());
  }
}

// Makes a user's text after tool results a turn of its own: in one turn with the results, the model
// takes the text for a part of them. Media from one message with results stay with them.
std::vector<GeminiTurn> SplitAfterResults(std::vector<GeminiTurn> turns) {
  std::vector<GeminiTurn> split;
  split.reserve(turns.size());
  for (GeminiTurn& joined : turns) {
    GeminiTurn& turn = split.emplace_back(std::move(joined));
    Blocks& blocks = turn.blocks;
    if (turn.model || !HasResults(blocks)) continue;
    const auto rest = std::find_if(blocks.begin(), blocks.end(), [&](const chat::Block* block) {
      const bool belongs = std::holds_alternative<chat::ToolResult>(*block) ||
                           std::holds_alternative<chat::Media>(*block);
      return !belongs || block == turn.next;
    });
    if (rest == blocks.end()) continue;
    Blocks own(rest, blocks.end());
    blocks.erase(rest, blocks.end());
    split.push_back({false, std::move(own)});
  }
  return split;
}

// The latest user turn that neither holds results nor follows them begins the current turn.
std::size_t CurrentTurn(const std::vector<GeminiTurn>& turns) {
  for (std::size_t i = turns.size(); i-- > 0;) {
    const bool follows = i > 0 && HasResults(turns[i - 1].blocks);
    if (!turns[i].model && !follows && !HasResults(turns[i].blocks)) return i;
  }
  return 0;
}

}  // namespace

GeminiTurns ArrangeGeminiTurns(const chat::Request& request, const ModelTraits& traits,
                               const GeminiWriteOptions& options,
                               std::vector<std::unique_ptr<chat::Block>>& spare) {
  GeminiTurns out;
  const std::size_t head = traits.system ? HeadLength(request) : 0;
  for (std::size_t i = 0; i < head; ++i) AddBlocks(request.messages[i], out.system);
  const CallsOfOneTurn calls(request.messages, options.turn_of, traits.family);
  for (std::size_t i = head; i < request.messages.size();) {
    for (const chat::Message* message : calls.From(i, out.joined)) {
      AddTurn(out.turns, message->role == chat::Role::kAssistant,
              BlocksOf(*message, traits, options.restore, spare));
    }
  }
  if (out.turns.empty() || out.turns.front().model) {
    out.turns.insert(out.turns.begin(), {false, {MinimalText()}});
  }
  PairResults(out.turns, spare);
  out.turns = SplitAfterResults(std::move(out.turns));
  if (out.turns.back().model) out.turns.push_back({false, {MinimalText()}});
  out.current = CurrentTurn(out.turns);
  return out;
}

}  // namespace agm::protocol
