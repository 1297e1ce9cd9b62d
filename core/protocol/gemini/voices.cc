#include "core/protocol/gemini/voices.h"

#include <array>
#include <string>

#include "core/base/ascii.h"

namespace agm::protocol {
namespace {

struct Voice {
  std::string_view openai;
  std::string_view gemini;
};

// Chosen by how the two are described: high or deep, bright or calm.
constexpr std::array kVoices = {
    Voice{"alloy", "Kore"},    Voice{"ash", "Charon"},    Voice{"ballad", "Algieba"},
    Voice{"cedar", "Alnilam"}, Voice{"coral", "Aoede"},   Voice{"echo", "Puck"},
    Voice{"fable", "Fenrir"},  Voice{"marin", "Despina"}, Voice{"nova", "Leda"},
    Voice{"onyx", "Orus"},     Voice{"sage", "Sulafat"},  Voice{"shimmer", "Zephyr"},
    Voice{"verse", "Iapetus"},
};

}  // namespace

std::string_view GeminiVoice(std::string_view name) {
  const std::string lower = AsciiLower(name);
  for (const Voice& voice : kVoices) {
    if (voice.openai == lower) return voice.gemini;
  }
  return name;
}

}  // namespace agm::protocol
