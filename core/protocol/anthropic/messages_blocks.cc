#include "core/protocol/anthropic/messages_blocks.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/json_doc.h"
#include "core/base/json_writer.h"
#include "core/base/utf8.h"

namespace agm::protocol {
namespace {

bool Offered(const chat::Request* request, chat::HostedTool tool) {
  if (request == nullptr) return false;
  const auto& tools = request->hosted_tools;
  return std::find(tools.begin(), tools.end(), tool) != tools.end();
}

// The byte at which the code point number `count` begins.
std::size_t ByteOf(std::string_view text, std::int64_t count) {
  std::size_t at = 0;
  for (; count > 0 && at < text.size(); --count) {
    at += std::max<std::size_t>(Utf8Sequence(text.substr(at)), 1);
  }
  return at;
}

}  // namespace

MessageBlocks::MessageBlocks(const Reply& reply, MessageSink& sink)
    : reply_(reply), sink_(sink), code_(reply.request), domains_(reply.request) {
  if (reply.request != nullptr) shows_thoughts_ = reply.request->reasoning.show.value_or(false);
}

void MessageBlocks::On(const chat::BlockStarted& e) {
  if (e.choice != 0) return;
  now_ = e;
  held_.clear();
  call_streams_ = false;
}

void MessageBlocks::On(const chat::BlockDelta& e) {
  if (e.choice != 0 || e.text.empty()) return;
  switch (now_.kind) {
    case chat::BlockKind::kThought:
      return Thought(e.text);
    case chat::BlockKind::kText:
      return e.part.empty() ? Text(e.text) : Code(e);
    case chat::BlockKind::kRefusal:
      refusal_ += e.text;
      return;
    case chat::BlockKind::kToolCall:
      return CallDelta(e.text);
    case chat::BlockKind::kMedia:
      held_ += e.text;
      return;
    case chat::BlockKind::kOpaque:
      return;  // an upstream's own part, which this API has no block for
  }
}

void MessageBlocks::On(const chat::BlockStopped& e) {
  if (e.choice != 0) return;
  if (now_.kind == chat::BlockKind::kToolCall) EndCall();
  if (now_.kind == chat::BlockKind::kMedia) Picture();
}

void MessageBlocks::Thought(std::string_view text) {
  if (!shows_thoughts_ || answered_) return;
  if (!open_) sink_.Begin({kind_ = MessageBlockKind::kThinking, {}, {}});
  open_ = true;
  sink_.Add(text);
}

void MessageBlocks::Text(std::string_view text) {
  answered_ = true;
  if (open_ && kind_ != MessageBlockKind::kText) Close();
  if (!open_) {
    sink_.Begin({kind_ = MessageBlockKind::kText, {}, {}});
    begin_ = text_.size();
  }
  open_ = true;
  if (Offered(reply_.request, chat::HostedTool::kWebSearch)) text_ += text;
  sink_.Add(text);
}

void MessageBlocks::BeginCall() {
  answered_ = called_ = true;
  Close();
  sink_.Begin({MessageBlockKind::kToolUse, now_.id, now_.name});
}

// An input that comes in several pieces is passed on from its second piece on.
void MessageBlocks::CallDelta(std::string_view text) {
  if (call_streams_) return sink_.Add(text);
  const bool first = held_.empty();
  held_ += text;
  if (first || Waits() || now_.tool != chat::ToolKind::kFunction) return;
  call_streams_ = true;
  BeginCall();
  sink_.Add(held_);
}

void MessageBlocks::EndCall() {
  if (call_streams_) return sink_.End({});
  answered_ = called_ = true;
  Put({MessageBlockKind::kToolUse, now_.id, now_.name}, Input(), {});
}

bool MessageBlocks::Waits() const {
  return open_ && kind_ == MessageBlockKind::kText &&
         Offered(reply_.request, chat::HostedTool::kWebSearch);
}

// Writes a block whose input, or which itself, is complete; behind the text if that is still open.
void MessageBlocks::Put(MessageBlock block, std::string input, std::string whole) {
  if (Waits()) {
    waiting_.push_back({std::move(block), std::move(input), std::move(whole)});
    return;
  }
  Close();
  Emit(block, input, whole);
}

void MessageBlocks::Emit(const MessageBlock& block, std::string_view input,
                         std::string_view whole) {
  if (!whole.empty()) return sink_.Whole(whole);
  sink_.Begin(block);
  sink_.Add(input);
  sink_.End({});
}

// Code that the model ran, or its result. A client that does not offer the tool sees text.
void MessageBlocks::Code(const chat::BlockDelta& e) {
  const auto doc = JsonDoc::Parse(e.part);
  const JsonView code = doc ? doc->root()["executableCode"] : JsonView();
  const JsonView result = doc ? doc->root()["codeExecutionResult"] : JsonView();
  const bool offered = Offered(reply_.request, chat::HostedTool::kCodeExecution);
  if (!offered || !(code || (result && !code_id_.empty()))) return Text(e.text);
  answered_ = true;
  if (Offered(reply_.request, chat::HostedTool::kWebSearch)) text_ += e.text;
  if (code) {
    code_id_ = CodeId(reply_.id, ++server_calls_);
    Put({MessageBlockKind::kServerToolUse, code_id_, code_.name()},
        code_.Input(code["code"].text()), {});
  } else {
    Put({}, {}, code_.Result(std::exchange(code_id_, {}), result));
  }
}

// An input is always an object, also for a tool that takes plain text.
std::string MessageBlocks::Input() const {
  if (now_.tool == chat::ToolKind::kFunction) return held_.empty() ? "{}" : held_;
  std::string input;
  JsonWriter(input).Object().Key("input").String(held_).EndObject();
  return input;
}

// Answers have no block for media.
void MessageBlocks::Picture() {
  if (!held_.empty()) Text(fmt::format("![image](data:{};base64,{})", now_.mime, held_));
}

// The mark is no signature of anybody's, nor base64: it says that the block came from here, and
// must never be taken for what an upstream signed.
void MessageBlocks::Close() {
  if (!open_) return;
  open_ = false;
  sink_.End(kind_ == MessageBlockKind::kThinking ? "agm1:" + reply_.id : std::string());
}

void MessageBlocks::Finish(const chat::Finished& e) {
  const bool known = !e.choices.empty() && e.choices.front().choice == 0;
  if (known && open_ && kind_ == MessageBlockKind::kText) Cite(e.choices.front().citations);
  Close();
  for (const Waiting& each : waiting_) Emit(each.block, each.input, each.whole);
  if (!code_id_.empty()) sink_.Whole(code_.Result(code_id_, {}));
  if (!known) return;
  const chat::ChoiceFinish& finish = e.choices.front();
  if (Offered(reply_.request, chat::HostedTool::kWebSearch)) Searched(finish.web);
  if (Offered(reply_.request, chat::HostedTool::kUrlContext)) Fetched(finish.web);
}

void MessageBlocks::Cite(const std::vector<chat::Citation>& citations) {
  for (const chat::Citation& citation : citations) {
    const std::size_t begin = ByteOf(text_, citation.start);
    const std::size_t end = ByteOf(text_, citation.end);
    const bool shown = domains_.Allows({citation.url, citation.title, false});
    if (!shown || begin < begin_ || end <= begin) continue;
    sink_.Cite(WebCitation(citation, std::string_view(text_).substr(begin, end - begin)));
  }
}

// One pair of blocks for all searches: the upstream does not tell which found what.
void MessageBlocks::Searched(const chat::WebUse& web) {
  if (web.queries.empty() && web.found.empty()) return;
  searches_ = std::max(1, static_cast<int>(web.queries.size()));
  const std::string query = web.queries.empty() ? std::string() : web.queries.front();
  const std::string id = ServerCall("web_search", "query", query);
  sink_.Whole(WebSearchResult(id, ShownPages(web.found, domains_)));
}

void MessageBlocks::Fetched(const chat::WebUse& web) {
  for (const chat::WebPage& page : web.fetched) {
    ++fetches_;
    const std::string id = ServerCall("web_fetch", "url", page.url);
    sink_.Whole(WebFetchResult(id, page));
  }
}

std::string MessageBlocks::ServerCall(std::string_view name, std::string_view key,
                                      std::string_view value) {
  std::string id = fmt::format("srvtoolu_{}{}", reply_.id, ++server_calls_);
  std::string input;
  JsonWriter(input).Object().Key(key).String(value).EndObject();
  Emit({MessageBlockKind::kServerToolUse, id, std::string(name)}, input, {});
  return id;
}

}  // namespace agm::protocol
