#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace agm::protocol {

/// Spoken text with its start and end in seconds.
struct Spoken {
  double start = 0;
  double end = 0;
  std::string text;
};

/// A transcript with times, in the form that the model was asked for.
struct Transcript {
  std::string language;
  std::vector<Spoken> segments;
  std::vector<Spoken> words;

  /// The complete text.
  std::string Text() const;
  /// The end of the last segment.
  double Seconds() const;
};

/// Reads {"language","segments":[{"start","end","text"}],"words":[{"start","end","word"}]}, even if
/// the model added text around it. Fails with kUpstreamRejected for anything else.
Result<Transcript> ReadTranscript(std::string_view text);

/// Write subtitles. Line ends inside a segment become spaces, because an empty line ends a
/// subtitle.
std::string WriteSrt(const Transcript& transcript);
std::string WriteVtt(const Transcript& transcript);

}  // namespace agm::protocol
