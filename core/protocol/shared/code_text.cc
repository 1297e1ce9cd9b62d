#include "core/protocol/shared/code_text.h"

#include <fmt/format.h>

#include "core/base/ascii.h"

namespace agm::protocol {

std::string CodeText(std::string_view language, std::string_view code) {
  return fmt::format("\n```{}\n{}\n```\n", AsciiLower(language), code);
}

std::string CodeResultText(std::string_view outcome, std::string_view output) {
  const bool good = outcome.empty() || outcome == kCodeSucceeded;
  return fmt::format("\n```{}\n{}\n```\n", good ? "output" : AsciiLower(outcome), output);
}

}  // namespace agm::protocol
