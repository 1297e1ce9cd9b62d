#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/clock.h"

namespace agm::mock {

/// The next bytes of a streamed body.
struct Piece {
  std::string bytes;
  Duration pause{0};  ///< pause before they are sent
  bool cut = false;   ///< break the connection instead of sending them
};

/// A streamed body, pulled piece by piece; each piece is one event of the stream.
///
/// Thread safety: one thread at a time.
class Body {
 public:
  virtual ~Body() = default;
  virtual std::optional<Piece> Next() = 0;  ///< nullopt: the body is complete
};

/// How a reply is sent: all that can fail below HTTP.
struct Delivery {
  Duration hang{0};     ///< pause before the head
  bool refuse = false;  ///< close without a reply
  std::size_t cut_after =
      std::numeric_limits<std::size_t>::max();  ///< bytes of the body, then close
  bool reset = false;                           ///< cuts are TCP resets, not orderly closes
  std::size_t write_bytes = 0;                  ///< maximum number of bytes per write; 0: no limit
  Duration write_pause{0};                      ///< pause between such writes
};

struct Reply {
  int status = 200;
  std::string content_type = "application/json; charset=UTF-8";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string text;  ///< the whole body, if there is no stream
  std::unique_ptr<Body> stream;
  Delivery delivery;
};

}  // namespace agm::mock
