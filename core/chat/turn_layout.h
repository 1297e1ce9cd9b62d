#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/digest.h"
#include "core/chat/event.h"
#include "core/chat/request.h"

/// How a model laid out one turn, beyond what clients see of it and send back.
///
/// A client is shown text, tool calls and pictures. The model's own turn has more: signatures on
/// texts and pictures, the parts of tools that the upstream ran itself, and where one part ends and
/// the next begins. Most clients lose all of that. The gateway keeps it as a layout, under a
/// fingerprint of what the client sees, and puts it back when the turn returns in a history.
///
///   LayoutRecorder recorder;                               // of one choice of an answer
///   recorder.See(block_started);                           // and each delta and stop of a block
///   if (recorder.Worthwhile()) Keep(recorder.Fingerprint(), recorder.Layout());
///   ...
///   const std::string layout = Find(FingerprintOf(message));
///   if (auto blocks = RestoreTurn(message, layout)) ...    // the model's own turn
namespace agm::chat {

/// A digest of the parts of a turn that a client sees. Thread safety: one thread at a time.
class TurnFingerprint {
 public:
  void AddText(std::string_view text) { text_.Add(text); }
  void AddCall(std::string_view id);
  void AddMedia(std::string_view base64) { media_.Add(base64); }
  /// 64 hexadecimal digits.
  std::string Hex() const;

 private:
  Digest text_;
  Digest calls_;
  Digest media_;
};

/// Records the layout of one choice while its events pass.
///
/// Thread safety: one thread at a time.
class LayoutRecorder {
 public:
  void See(const BlockStarted& event);
  void See(const BlockDelta& event);
  void See(const BlockStopped& event);

  /// False if the layout adds nothing to what the client sees and to the signatures of its calls,
  /// or if no client can send such a turn back.
  bool Worthwhile() const;
  std::string Fingerprint() const { return fingerprint_.Hex(); }
  /// The ids of the turn's calls.
  const std::vector<std::string>& calls() const { return calls_; }
  /// To be read by RestoreTurn alone.
  std::string Layout() const;

 private:
  enum class Kind { kText, kCall, kMedia, kThought, kOpaque };
  struct Entry {
    Kind kind = Kind::kText;
    std::size_t size = 0;   ///< of a text, in bytes
    std::string own;        ///< a thought's text, an opaque part, or the part that a text shows
    std::string signature;  ///< may be empty
    std::string dialect{};  ///< of an opaque part
  };

  Entry& Text(std::string_view part);
  bool IsFlat() const;

  TurnFingerprint fingerprint_;
  std::vector<Entry> entries_;
  std::vector<std::string> calls_;
  BlockKind open_ = BlockKind::kText;
  bool fresh_ = false;  ///< the open block has no entry yet
  bool lost_ = false;   ///< something that no client sends back
};

/// The fingerprint of a turn of the model as a client sends it back.
std::string FingerprintOf(const Message& message);

/// The blocks of `message` as the model laid them out. nullopt if the layout belongs to another
/// turn, or if the message has a signature that the layout lacks: the client's own data then takes
/// precedence.
std::optional<std::vector<Block>> RestoreTurn(const Message& message, std::string_view layout);

}  // namespace agm::chat
