#pragma once

#include <string>
#include <string_view>

namespace agm::test {

/// What a strict client has against a stream of Responses events; empty: nothing. It adds the
/// stream up as the official helper does and checks on the way that
///
///   * `response.created` comes first, one of completed, incomplete and failed last, one response
///     throughout, sequence numbers count from 0, each frame's name is its data's type
///   * an item is added once, with an id and an index of its own, and done once, as the same item;
///     what is about an item comes between the two and fits its type
///   * parts and annotations are added without gaps, and what is done is what the deltas spell
///   * the last response holds the items that were done, in order, but for the annotations of
///     a message that was closed before they were known
std::string ResponsesStreamProblem(std::string_view stream);

/// The response object of the stream's last event.
std::string LastResponse(std::string_view stream);

}  // namespace agm::test
