#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace agm::protocol {

/// What was said from second to second.
struct Spoken {
  double start = 0;
  double end = 0;
  std::string text;
};

/// A transcript with times, as the model was asked for it.
struct Transcript {
  std::string language;
  std::vector<Spoken> segments;
  std::vector<Spoken> words;

  /// All that was said.
  std::string Text() const;
  /// When the last of it ends.
  double Seconds() const;
};

/// Reads {"language","segments":[{"start","end","text"}],"words":[{"start","end","word"}]}, also
/// where a model has put words around it. Fails with kUpstreamRejected where it is not that.
Result<Transcript> ReadTranscript(std::string_view text);

/// Subtitles. Line ends inside a segment become spaces, because an empty line ends a subtitle.
std::string WriteSrt(const Transcript& transcript);
std::string WriteVtt(const Transcript& transcript);

}  // namespace agm::protocol
