#pragma once

#include <string>
#include <string_view>

namespace agm::accounts {

/// The parts of a request that identify its conversation.
struct SessionHints {
  std::string_view caller;     ///< name of the client's key
  std::string_view cache_key;  ///< "prompt_cache_key"
  std::string_view header;     ///< a session header
  std::string_view user;       ///< "user"
  std::string_view head;       ///< system prompt and first user message, which do not change
};

/// The key that ties a conversation to its account: made from the most exact hint present, in the
/// order above; empty if there is none. Two callers never share a key. It is a hash that reveals
/// nothing of the conversation.
///
/// Thread safety: any thread.
std::string SessionKey(const SessionHints& hints);

}  // namespace agm::accounts
