#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace agm::upstream {

/// A model in an upstream's list.
struct ModelEntry {
  std::string id;                ///< "gemini-2.5-flash", "tunedModels/x"; without "models/"
  std::int64_t input_limit = 0;  ///< tokens; 0: unknown
  std::int64_t output_limit = 0;
  std::vector<std::string> methods;  ///< in the upstream's own words: "embedContent"; may be empty
  bool thinking = false;
  std::string display_name;
  std::string owner{};   ///< who made or serves the model, as OpenAI's API tells it; may be empty
  std::string native{};  ///< the JSON object with which Gemini's own API lists it; may be empty
  bool chats = true;     ///< as far as the list says
  bool embeds = true;    ///< as far as the list says
};

}  // namespace agm::upstream
