#pragma once

#include <string>
#include <string_view>

namespace agm::test {

/// Checks a stream of Responses events like a strict client; returns the problem, or an empty
/// string. It accumulates the stream like the official SDK and checks that
///
///   * `response.created` comes first; completed, incomplete or failed comes last; all events are
///     of one response; sequence numbers count from 0; each frame's name is the type in its data
///   * an item is added once, with its own id and index, and done once, as the same item; its
///     events come between the two and fit its type
///   * parts and annotations are added without gaps, and done content equals the sum of the deltas
///   * the last response contains the done items in order, except for annotations that became
///     known after their message was closed
std::string ResponsesStreamProblem(std::string_view stream);

/// The response object of the stream's last event.
std::string LastResponse(std::string_view stream);

}  // namespace agm::test
