#include "core/protocol/gemini/grounding.h"

#include <algorithm>

#include "core/base/utf8.h"
#include "core/protocol/shared/numbers.h"

namespace agm::protocol {
namespace {

// The occurrence of `wanted` in `text` that is nearest to `around`; npos where there is none.
std::size_t Nearest(std::string_view text, std::string_view wanted, std::size_t around) {
  const std::size_t after = text.find(wanted, around);
  const std::size_t before = text.rfind(wanted, around);
  if (before == std::string_view::npos) return after;
  if (after == std::string_view::npos) return before;
  return around - before <= after - around ? before : after;
}

}  // namespace

void GeminiGrounding::AddText(std::string_view text) {
  if (keep_text_) text_ += text;
}

void GeminiGrounding::AddShown(std::string_view text) {
  if (!keep_text_) return;
  inserted_.push_back({text_.size(), static_cast<std::int64_t>(CountCodePoints(text))});
}

std::int64_t GeminiGrounding::BaseOf(JsonView segment) const {
  const auto part = IntegerOf(segment["partIndex"]).value_or(0);
  const bool known = part > 0 && part < static_cast<std::int64_t>(part_begins_.size());
  return known ? static_cast<std::int64_t>(part_begins_[static_cast<std::size_t>(part)]) : 0;
}

void GeminiGrounding::Read(JsonView grounding) {
  for (const JsonView query : grounding["webSearchQueries"].items()) {
    std::string text = query.text();
    const bool known = std::find(searches_.begin(), searches_.end(), text) != searches_.end();
    if (!text.empty() && !known) searches_.push_back(std::move(text));
  }
  for (const JsonView chunk : grounding["groundingChunks"].items()) {
    JsonView source = chunk["web"] ? chunk["web"] : chunk["retrievedContext"];
    if (!source) source = chunk["maps"];
    sources_.push_back({source["uri"].text(), source["title"].text()});
  }
  for (const JsonView support : grounding["groundingSupports"].items()) {
    const JsonView segment = support["segment"];
    const std::int64_t base = BaseOf(segment);
    constexpr std::int64_t kFar = std::int64_t{1} << 40;
    const auto at = [&](std::string_view key) {
      return base + std::clamp<std::int64_t>(IntegerOf(segment[key]).value_or(0), 0, kFar);
    };
    Support found{at("startIndex"), at("endIndex"), segment["text"].text(), {}};
    for (const JsonView index : support["groundingChunkIndices"].items()) {
      const auto source = IntegerOf(index).value_or(-1);
      if (source >= 0) found.sources.push_back(static_cast<std::size_t>(source));
    }
    supports_.push_back(std::move(found));
  }
}

void GeminiGrounding::ReadFetched(JsonView metadata) {
  for (const JsonView page : metadata["urlMetadata"].items()) {
    const bool good = page["urlRetrievalStatus"].equals("URL_RETRIEVAL_STATUS_SUCCESS");
    fetched_.push_back({page["retrievedUrl"].text(), {}, !good});
  }
}

GeminiGrounding::Span GeminiGrounding::Find(const Support& support) const {
  const auto clip = [&](std::int64_t at) {
    return static_cast<std::size_t>(std::min(at, static_cast<std::int64_t>(text_.size())));
  };
  const Span span{clip(support.begin), std::max(clip(support.begin), clip(support.end))};
  const std::string_view text = text_;
  if (support.text.empty() || text.substr(span.begin, span.end - span.begin) == support.text) {
    return span;
  }
  const std::size_t found = Nearest(text, support.text, span.begin);
  if (found == std::string_view::npos) return {};
  return {found, found + support.text.size()};
}

// Counts the code points that the client sees before byte `at`. Text inserted exactly there comes
// before a span that begins there, and after one that ends there.
std::int64_t GeminiGrounding::Shown(std::size_t at, bool begin) const {
  auto shown = static_cast<std::int64_t>(CountCodePoints(std::string_view(text_).substr(0, at)));
  for (const Inserted& text : inserted_) {
    if (text.at < at || (begin && text.at == at)) shown += text.size;
  }
  return shown;
}

void GeminiGrounding::Finish(chat::ChoiceFinish& finish) const {
  finish.web.queries = searches_;
  finish.web.fetched = fetched_;
  std::vector<chat::WebPage>& found = finish.web.found;
  for (const chat::WebPage& source : sources_) {
    const bool known = std::find(found.begin(), found.end(), source) != found.end();
    if (!source.url.empty() && !known) found.push_back(source);
  }
  for (const Support& support : supports_) {
    const Span span = Find(support);
    if (span.begin == span.end) continue;
    for (const std::size_t index : support.sources) {
      if (index >= sources_.size() || sources_[index].url.empty()) continue;
      finish.citations.push_back({Shown(span.begin, true), Shown(span.end, false),
                                  sources_[index].url, sources_[index].title});
    }
  }
  if (!finish.citations.empty() || text_.empty()) return;
  for (const chat::WebPage& source : found) {
    finish.citations.push_back({0, Shown(text_.size(), true), source.url, source.title});
  }
}

}  // namespace agm::protocol
