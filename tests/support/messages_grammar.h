#pragma once

#include <string>
#include <string_view>

namespace agm::test {

/// Checks a stream of Messages events like a strict client; returns the problem, or an empty
/// string. It accumulates the stream like the official SDK and checks that
///
///   * message_start comes first, once; message_stop or error comes last; pings only in between;
///   each frame's name is the type in its data; only known types of events, blocks and deltas occur
///   * blocks have the indexes 0, 1, 2, ..., one is open at a time, and deltas fit its type and are
///   never empty; the input of a call is JSON
///   * thinking is the first block, if there is any, and no two blocks of text are adjacent
///   * message_delta comes once, behind all blocks, with a stop reason and the output's tokens;
///   the reason is tool_use only if there is a tool_use block
std::string MessagesStreamProblem(std::string_view stream);

/// The Message object that the stream adds up to, as JSON.
std::string FoldMessages(std::string_view stream);

/// True if the stream ends in an error event.
bool MessagesFailed(std::string_view stream);

}  // namespace agm::test
