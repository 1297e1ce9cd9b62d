#pragma once

#include <string>
#include <string_view>

namespace agm::replay {

/// The parts of a recorded body that may leave the machine.
enum class Texts { kReplace, kKeep };

/// A body without what must not leave the machine: credentials, mail and IP addresses and projects
/// in any text, and media. With Texts::kReplace also the texts: letters become "x" and digits "1",
/// character by character, so that lengths, punctuation, line ends and bytes per character stay,
/// and a text that is cut into pieces or joined is replaced alike. These stay unchanged: names of
/// members, models, roles, tools and types, numbers, and an upstream's error messages.
///
/// JSON and server-sent events are walked value by value; other text is replaced as a whole.
std::string Mask(std::string_view body, Texts texts);

/// `text` without credentials, addresses and projects.
std::string MaskSecrets(std::string_view text);

}  // namespace agm::replay
