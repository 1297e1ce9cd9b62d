#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace agm::cluster {

/// A command to the server with its arguments, any bytes.
using Command = std::vector<std::string>;

/// The server's answer to one command, or a message of a channel.
struct Reply {
  enum class Kind { kNil, kNumber, kText, kList, kRefusal };
  Kind kind = Kind::kNil;
  std::int64_t number = 0;
  std::string text;  ///< of a refusal: the server's words
  std::vector<Reply> items;

  bool is(Kind wanted) const { return kind == wanted; }
};

}  // namespace agm::cluster
