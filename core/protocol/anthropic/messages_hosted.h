#pragma once

#include <set>
#include <string>
#include <string_view>

#include "core/base/json_doc.h"
#include "core/chat/request.h"

namespace agm::protocol {

/// All texts, titles and addresses inside a block, one a line. Bounded in depth and size.
std::string HostedText(JsonView block);

/// Tools that a server ran, as an assistant's turn echoes them: server_tool_use and its result.
/// The answer's own text says what came of them; where a turn has no text, one block of text tells
/// the queries and what was found.
///
///   HostedEcho echo;
///   if (!echo.Read(block, type, loaded)) ...   // `loaded` gets the tools that a search found
///   echo.AddTo(message);
///
/// Thread safety: one thread at a time.
class HostedEcho {
 public:
  /// False where the block is no part of such an echo.
  bool Read(JsonView block, std::string_view type, std::set<std::string, std::less<>>& loaded);
  void AddTo(chat::Message& message) const;

 private:
  std::string text_;
};

}  // namespace agm::protocol
