#pragma once

#include <string>
#include <string_view>

namespace agm::config {

/// A model's own name: without any number of the prefixes models/, google/, gemini/ and
/// publishers/google/models/.
std::string_view WithoutModelPrefix(std::string_view name);

/// The name without a trailing "[1m]" (in any case), with which clients ask for a long context.
std::string_view WithoutContextMark(std::string_view name);

/// Describes what is wrong with a model's name, for the end of a sentence such as "the model name
/// ..."; empty if it is valid. Names with "..", "?", "&", "#", "%", spaces or control characters
/// are refused, because they could change the URL that they become part of.
std::string ModelNameFault(std::string_view name);

}  // namespace agm::config
