// Compares JsonDoc with an independent parser: both accept the same texts (except for deep nesting,
// and numbers or surrogates that the other parser treats differently), and everything that JsonDoc
// accepts can be walked completely.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/base/json.h"
#include "core/base/json_doc.h"
#include "core/base/json_writer.h"

namespace {

std::size_t Walk(agm::JsonView view, std::string& copy) {
  agm::JsonWriter json(copy);
  std::size_t seen = 1;
  if (view.is(agm::JsonKind::kArray)) {
    for (const agm::JsonView item : view.items()) seen += Walk(item, copy);
  } else if (view.is(agm::JsonKind::kObject)) {
    for (const agm::JsonMember member : view.members()) {
      seen += member.key.text().size() + Walk(member.value, copy);
    }
  } else {
    seen += view.text().size() + view.raw().size();
    agm::AppendJsonString(copy, view.text());
  }
  static_cast<void>(view.integer());
  static_cast<void>(view.number());
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const auto doc = agm::JsonDoc::Parse(text);
  if (!doc) return 0;
  if (!agm::Json::accept(text)) {
    // JsonDoc keeps numbers outside a double's range as text, and reads half of a surrogate pair as
    // U+FFFD; the other parser refuses both.
    const bool number = text.find_first_of("eE0123456789") != std::string_view::npos;
    const bool half =
        text.find("\\u") != std::string_view::npos || text.find('\xED') != std::string_view::npos;
    if (!number && !half) std::abort();
  }
  std::string copy;
  if (Walk(doc->root(), copy) == 0) std::abort();
  return 0;
}
