#pragma once

#include <string>
#include <string_view>

namespace agm::config {

/// A model's own name: without the prefixes models/, google/, gemini/ and
/// publishers/google/models/, however many stand before it.
std::string_view WithoutModelPrefix(std::string_view name);

/// What is wrong with a model's name, for the end of a sentence such as "the model name ..."; empty
/// if nothing is. Names that hold "..", "?", "&", "#", "%", spaces or control characters could
/// change the address that they become a part of.
std::string ModelNameFault(std::string_view name);

}  // namespace agm::config
