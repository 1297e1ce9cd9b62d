#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/replay/capture.h"

namespace agm::replay {

/// The outcome of playing a capture: the response, and the upstream calls that were made.
struct Played {
  Outcome response;
  std::vector<UpstreamCall> calls;  ///< their path and what was sent
};

/// Plays the capture in a gateway of its own on loopback, whose upstream gives the recorded answers
/// in their order; a call beyond them fails as if the network were down. Blocks until the response
/// is complete. Nothing is read from or written to the user's files.
Result<Played> Play(const Capture& capture);

/// One difference between what a capture expects and what happened.
struct Difference {
  std::string what;  ///< "response.status", "upstream[1].sent"
  std::string expected;
  std::string found;
};

/// Compares what the capture names: members that it leaves out, in the file and in the JSON of
/// bodies and events, may be whatever they are, so that a case states what matters and survives
/// members that are added later. Ids are compared by their order and times not at all, since both
/// differ each time.
std::vector<Difference> Compare(const Capture& capture, const Played& played);

/// The text with ids ("#1", "#2" in the order of their first use), times and keep-alive comments
/// made alike.
std::string Normal(std::string_view text);

}  // namespace agm::replay
