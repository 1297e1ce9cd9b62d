#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace agm {

/// A key, token or password. It has no stream operator and no formatter, so it cannot slip into
/// a log or an error; whoever needs the text says Reveal().
///
/// Thread safety: as std::string.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}

  bool empty() const { return text_.empty(); }
  /// The text itself, for the one place that sends or stores it.
  const std::string& Reveal() const { return text_; }
  /// What people may see: "AIza…f3Qk" for long ones, "…" for short ones, "" for none.
  std::string Masked() const;
  /// Compares in time that depends only on the length of `candidate`. An empty secret, and an
  /// empty candidate, equal nothing.
  bool Matches(std::string_view candidate) const;

  friend bool operator==(const Secret& a, const Secret& b) { return a.text_ == b.text_; }

 private:
  std::string text_;
};

}  // namespace agm
