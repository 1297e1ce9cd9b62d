#include "core/mapping/built_in.h"

#include <algorithm>

#include "core/base/glob.h"

namespace agm::mapping {
namespace {

// Targets are models that work with a free key as well as with a paid one. Each has a fallback, and
// each chain ends with an alias that Google keeps up to date. All are of the third generation,
// because the fourth refuses sampling and penalty fields, assistant prefill and other fields that
// clients of these names send; a user can map to it explicitly. Embeddings have no fallback,
// because vectors of two models must not be mixed.
using Targets = std::vector<std::string>;

Targets Pro() { return {"gemini-3.1-pro-preview", "gemini-3.8-flash", "gemini-flash-latest"}; }
Targets Flash() { return {"gemini-3.8-flash", "gemini-3.5-flash", "gemini-flash-latest"}; }
Targets Lite() {
  return {"gemini-3.5-flash-lite", "gemini-3.1-flash-lite", "gemini-2.5-flash-lite"};
}
Targets Image() { return {"gemini-nano-banana-2.1", "gemini-3-pro-image"}; }
Targets SmallImage() { return {"gemini-3.1-flash-lite-image", "gemini-nano-banana-2.1"}; }
Targets Speech() { return {"gemini-3.8-flash-tts", "gemini-3.8-flash-lite-tts"}; }
Targets Transcription() { return Flash(); }
Targets Embedding() { return {"gemini-embedding-2"}; }

void AddOpenAi(std::vector<BuiltIn>& table) {
  table.insert(table.end(),
               {
                   {"gpt-*", Flash(), "an OpenAI chat model"},
                   {"gpt-*-mini*", Lite(), "a small OpenAI chat model"},
                   {"gpt-*-nano*", Lite(), "a small OpenAI chat model"},
                   {"gpt-*-pro*", Pro(), "a large OpenAI chat model"},
                   {"gpt-5*", Pro(), "a large OpenAI chat model"},
                   {"gpt-5*-mini*", Flash(), "a medium OpenAI chat model"},
                   {"gpt-5*-nano*", Lite(), "a small OpenAI chat model"},
                   {"gpt-*-transcribe*", Transcription(), "an OpenAI transcription model"},
                   {"gpt-*-mini-transcribe*", Transcription(), "an OpenAI transcription model"},
                   {"gpt-transcribe*", Transcription(), "an OpenAI transcription model"},
                   {"gpt-image-*", Image(), "an OpenAI image model"},
                   {"gpt-image-*-mini*", SmallImage(), "a small OpenAI image model"},
                   {"chatgpt-*", Flash(), "an OpenAI chat model"},
                   {"chatgpt-image-*", Image(), "an OpenAI image model"},
                   {"o1", Pro(), "an OpenAI reasoning model"},
                   {"o1-*", Pro(), "an OpenAI reasoning model"},
                   {"o1-mini*", Flash(), "a small OpenAI reasoning model"},
                   {"o3", Pro(), "an OpenAI reasoning model"},
                   {"o3-*", Pro(), "an OpenAI reasoning model"},
                   {"o3-mini*", Flash(), "a small OpenAI reasoning model"},
                   {"o4-*", Pro(), "an OpenAI reasoning model"},
                   {"o4-mini*", Flash(), "a small OpenAI reasoning model"},
                   {"codex-*", Flash(), "an OpenAI coding model"},
                   {"davinci-*", Flash(), "an OpenAI completion model"},
                   {"babbage-*", Lite(), "a small OpenAI completion model"},
                   {"text-davinci-*", Flash(), "an OpenAI completion model"},
                   {"gpt-*-tts*", Speech(), "an OpenAI speech model"},
                   {"tts-1*", Speech(), "an OpenAI speech model"},
                   {"whisper-1", Transcription(), "an OpenAI transcription model"},
                   {"dall-e-*", Image(), "an OpenAI image model"},
                   {"text-embedding-*", Embedding(), "an OpenAI embedding model"},
               });
}

void AddAnthropic(std::vector<BuiltIn>& table) {
  table.insert(table.end(), {
                                {"claude-*", Flash(), "an Anthropic model"},
                                {"claude-*opus*", Pro(), "a large Anthropic model"},
                                {"claude-*haiku*", Lite(), "a small Anthropic model"},
                            });
}

// Names without a version, names that Google never used for a model, and names of retired models. A
// model that still exists is passed through under its own name, even if it retires soon: Google
// then serves the successor itself.
void AddGemini(std::vector<BuiltIn>& table) {
  table.insert(table.end(),
               {
                   {"gemini", Flash(), "a generic Gemini name"},
                   {"gemini-pro", Pro(), "a generic Gemini name"},
                   {"gemini-flash", Flash(), "a generic Gemini name"},
                   {"gemini-flash-lite", Lite(), "a generic Gemini name"},
                   {"gemini-3", Flash(), "a generic Gemini name"},
                   {"gemini-3-flash",
                    {"gemini-3-flash-preview", "gemini-3.8-flash"},
                    "a generic Gemini name"},
                   {"gemini-3-flash-lite", Lite(), "a generic Gemini name"},
                   {"gemini-3-pro", Pro(), "a generic Gemini name"},
                   {"gemini-3-pro-preview", Pro(), "the forerunner of gemini-3.1-pro-preview"},
                   {"gemini-3.1-pro", Pro(), "a generic Gemini name"},
                   {"gemini-3.1-flash", Flash(), "a generic Gemini name"},
                   {"gemini-4", {"gemini-4-hydrogen", "gemini-4-carbon"}, "a generic Gemini name"},
                   {"gemini-2.5-flash-image*", Image(), "an image model that is gone"},
                   {"gemini-3.1-flash-image",
                    {"gemini-3.1-flash-image", "gemini-nano-banana-2.1"},
                    "an image model that may be gone"},
                   {"imagen-*", Image(), "an image model that is gone"},
                   {"gemini-2.0-flash*", Flash(), "a model that is gone"},
                   {"gemini-2.0-flash-lite*", Lite(), "a model that is gone"},
                   {"gemini-2.0-pro*", Pro(), "a model that is gone"},
                   {"gemini-1.5-flash*", Flash(), "a model that is gone"},
                   {"gemini-1.5-flash-8b*", Lite(), "a model that is gone"},
                   {"gemini-1.5-pro*", Pro(), "a model that is gone"},
                   {"gemini-1.0-*", Flash(), "a model that is gone"},
                   {"gemini-pro-vision", Flash(), "a model that is gone"},
               });
}

std::vector<BuiltIn> MakeTable() {
  std::vector<BuiltIn> table;
  AddOpenAi(table);
  AddAnthropic(table);
  AddGemini(table);
  std::ranges::sort(table, MoreExact, &BuiltIn::from);
  return table;
}

}  // namespace

std::span<const BuiltIn> BuiltIns() {
  static const std::vector<BuiltIn> table = MakeTable();
  return table;
}

}  // namespace agm::mapping
