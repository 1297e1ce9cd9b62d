// The layout is a JSON array, an object for each part of the turn, in order:
//
//   {"t": 12, "p": part?, "s": signature?}   so many bytes of the text; `p` is the upstream's own
//                                            part, where the text only shows it
//   {"c": signature}                         the next tool call
//   {"m": signature}                         the next picture
//   {"h": text, "s": signature}              a signed thought
//   {"o": part, "d": dialect}                a part that the client does not see

#include "core/chat/turn_layout.h"

#include <algorithm>
#include <set>
#include <utility>

#include "core/base/json_doc.h"
#include "core/base/json_writer.h"

namespace agm::chat {
namespace {

/// The dialect of texts that show a part of the upstream's own, which only Gemini's API has, and of
/// opaque parts in the layouts of versions that did not keep it.
constexpr std::string_view kGemini = "gemini";

/// The parts of a turn that a client sent back, in the order of each kind.
struct Shown {
  std::string text;
  std::vector<const ToolCall*> calls;
  std::vector<const Media*> media;
  std::set<std::string> signatures;  ///< of texts and pictures
};

Shown ShownOf(const Message& message) {
  Shown shown;
  for (const Block& block : message.blocks) {
    if (const auto* text = std::get_if<Text>(&block)) {
      shown.text += text->text;
      if (!text->signature.empty()) shown.signatures.insert(text->signature);
    } else if (const auto* call = std::get_if<ToolCall>(&block)) {
      shown.calls.push_back(call);
    } else if (const auto* media = std::get_if<Media>(&block)) {
      shown.media.push_back(media);
      if (!media->signature.empty()) shown.signatures.insert(media->signature);
    }
  }
  return shown;
}

/// Puts one turn together again, part by part.
class Restoration {
 public:
  explicit Restoration(Shown shown) : shown_(std::move(shown)) {}

  bool Add(JsonView entry) {
    const std::string signature = entry["s"].text();
    if (entry["t"]) return AddText(entry, signature);
    if (entry["c"]) return AddCall(entry["c"].text());
    if (entry["m"]) return AddMedia(entry["m"].text());
    if (entry["h"]) {
      blocks_.emplace_back(Thought{entry["h"].text(), signature});
      shown_.signatures.erase(signature);
    }
    if (entry["o"]) {
      std::string dialect = entry["d"] ? entry["d"].text() : std::string(kGemini);
      blocks_.emplace_back(Opaque{std::move(dialect), entry["o"].text()});
    }
    return true;
  }

  /// All that the client sent back stands in the turn.
  bool Whole() const {
    return at_ == shown_.text.size() && calls_ == shown_.calls.size() &&
           media_ == shown_.media.size() && shown_.signatures.empty();
  }

  std::vector<Block> Take() && { return std::move(blocks_); }

 private:
  bool AddText(JsonView entry, const std::string& signature) {
    const auto size = static_cast<std::size_t>(entry["t"].integer().value_or(-1));
    if (size > shown_.text.size() - at_) return false;
    if (const JsonView part = entry["p"]) {
      blocks_.emplace_back(Opaque{std::string(kGemini), part.text()});
    } else {
      blocks_.emplace_back(Text{shown_.text.substr(at_, size), signature});
    }
    at_ += size;
    shown_.signatures.erase(signature);
    return true;
  }

  bool AddCall(std::string signature) {
    if (calls_ == shown_.calls.size()) return false;
    ToolCall call = *shown_.calls[calls_++];
    if (call.signature.empty()) call.signature = std::move(signature);
    blocks_.emplace_back(std::move(call));
    return true;
  }

  bool AddMedia(std::string signature) {
    if (media_ == shown_.media.size()) return false;
    Media media = *shown_.media[media_++];
    shown_.signatures.erase(signature);
    media.signature = std::move(signature);
    blocks_.emplace_back(std::move(media));
    return true;
  }

  Shown shown_;
  std::vector<Block> blocks_;
  std::size_t at_ = 0;
  std::size_t calls_ = 0;
  std::size_t media_ = 0;
};

}  // namespace

void TurnFingerprint::AddCall(std::string_view id) {
  calls_.Add(id);
  calls_.Add("\n");
}

std::string TurnFingerprint::Hex() const {
  Digest all;
  for (const Digest* part : {&text_, &calls_, &media_}) all.Add(part->Hex());
  return all.Hex();
}

void LayoutRecorder::See(const BlockStarted& event) {
  open_ = event.kind;
  fresh_ = true;
  switch (event.kind) {
    case BlockKind::kText:
      return;  // its entries come with its deltas
    case BlockKind::kToolCall:
      entries_.push_back({Kind::kCall, 0, {}, {}});
      calls_.push_back(event.id);
      return fingerprint_.AddCall(event.id);
    case BlockKind::kMedia:
      lost_ = lost_ || event.mime.starts_with("audio/");
      entries_.push_back({Kind::kMedia, 0, {}, {}});
      return;
    case BlockKind::kThought:
      entries_.push_back({Kind::kThought, 0, {}, {}});
      return;
    case BlockKind::kOpaque:
      entries_.push_back({Kind::kOpaque, 0, {}, {}, event.name});
      return;
    case BlockKind::kRefusal:
      lost_ = true;
      return;
  }
}

// Text that shows a part of the upstream's own is an entry of its own, and so is what follows it.
LayoutRecorder::Entry& LayoutRecorder::Text(std::string_view part) {
  const bool goes_on = !std::exchange(fresh_, false) && part.empty() && entries_.back().own.empty();
  if (!goes_on) entries_.push_back({Kind::kText, 0, std::string(part), {}});
  return entries_.back();
}

void LayoutRecorder::See(const BlockDelta& event) {
  switch (open_) {
    case BlockKind::kText:
      Text(event.part).size += event.text.size();
      return fingerprint_.AddText(event.text);
    case BlockKind::kMedia:
      return fingerprint_.AddMedia(event.text);
    case BlockKind::kThought:
    case BlockKind::kOpaque:
      entries_.back().own += event.text;
      return;
    case BlockKind::kToolCall:
    case BlockKind::kRefusal:
      return;
  }
}

void LayoutRecorder::See(const BlockStopped& event) {
  if (event.signature.empty() || open_ == BlockKind::kRefusal) return;
  Entry& entry = open_ == BlockKind::kText && fresh_ ? Text({}) : entries_.back();
  entry.signature = event.signature;
}

// One unsigned text, then pictures without signatures, then calls: every client keeps that.
bool LayoutRecorder::IsFlat() const {
  int least = 0;
  for (const Entry& entry : entries_) {
    if (entry.kind == Kind::kThought && entry.signature.empty()) continue;
    if (entry.kind == Kind::kThought || entry.kind == Kind::kOpaque) return false;
    if (entry.kind == Kind::kCall) {
      least = 2;
      continue;
    }
    const int place = entry.kind == Kind::kText ? 0 : 1;
    if (place < least || !entry.signature.empty() || !entry.own.empty()) return false;
    least = 1;
  }
  return true;
}

bool LayoutRecorder::Worthwhile() const { return !lost_ && !IsFlat(); }

std::string LayoutRecorder::Layout() const {
  std::string out;
  JsonWriter json(out);
  json.Array();
  for (const Entry& entry : entries_) {
    switch (entry.kind) {
      case Kind::kText:
        json.Object().Key("t").Int(static_cast<std::int64_t>(entry.size));
        if (!entry.own.empty()) json.Key("p").String(entry.own);
        json.Key("s").String(entry.signature).EndObject();
        break;
      case Kind::kCall:
        json.Object().Key("c").String(entry.signature).EndObject();
        break;
      case Kind::kMedia:
        json.Object().Key("m").String(entry.signature).EndObject();
        break;
      case Kind::kThought:
        if (entry.signature.empty()) break;
        json.Object().Key("h").String(entry.own).Key("s").String(entry.signature).EndObject();
        break;
      case Kind::kOpaque:
        json.Object().Key("o").String(entry.own).Key("d").String(entry.dialect).EndObject();
        break;
    }
  }
  json.EndArray();
  return out;
}

std::string FingerprintOf(const Message& message) {
  TurnFingerprint fingerprint;
  for (const Block& block : message.blocks) {
    if (const auto* text = std::get_if<Text>(&block)) {
      fingerprint.AddText(text->text);
    } else if (const auto* call = std::get_if<ToolCall>(&block)) {
      fingerprint.AddCall(call->id);
    } else if (const auto* media = std::get_if<Media>(&block)) {
      fingerprint.AddMedia(media->data);
    }
  }
  return fingerprint.Hex();
}

std::optional<std::vector<Block>> RestoreTurn(const Message& message, std::string_view layout) {
  const auto doc = JsonDoc::Parse(layout);
  if (!doc) return std::nullopt;
  Restoration restoration(ShownOf(message));
  for (const JsonView entry : doc->root().items()) {
    if (!restoration.Add(entry)) return std::nullopt;
  }
  if (!restoration.Whole()) return std::nullopt;
  return std::move(restoration).Take();
}

}  // namespace agm::chat
