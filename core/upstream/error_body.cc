#include "core/upstream/error_body.h"

namespace agm::upstream {

bool LooksLikeHtml(std::string_view body) {
  const std::size_t first = body.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  return first != std::string_view::npos && body[first] == '<';
}

}  // namespace agm::upstream
