#pragma once

#include <string>
#include <string_view>

namespace agm::accounts {

/// What tells one conversation from another, as far as the client says.
struct SessionHints {
  std::string_view caller;     ///< name of the client's key
  std::string_view cache_key;  ///< "prompt_cache_key"
  std::string_view header;     ///< a session header
  std::string_view user;       ///< "user"
  std::string_view head;       ///< system prompt and first user message: what stays when it grows
};

/// The key by which a conversation keeps its account: of the hints the most exact one that is
/// there, in the order above; empty if there is none. Two callers never share one. It is a hash,
/// so nothing of the conversation can be read from it.
///
/// Thread safety: any thread.
std::string SessionKey(const SessionHints& hints);

}  // namespace agm::accounts
