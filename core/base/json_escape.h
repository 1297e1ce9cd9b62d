#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace agm {

/// The short escapes: a letter behind a backslash, and the character that they stand for.
inline constexpr auto kShortEscapes = std::to_array<std::pair<char, char>>({{'"', '"'},
                                                                            {'\\', '\\'},
                                                                            {'/', '/'},
                                                                            {'b', '\b'},
                                                                            {'f', '\f'},
                                                                            {'n', '\n'},
                                                                            {'r', '\r'},
                                                                            {'t', '\t'}});

/// For each byte the character that it stands for behind a backslash; 0 if they are no short escape.
inline constexpr auto kUnescaped = [] {
  std::array<char, 256> unescaped{};
  for (const auto& [letter, meant] : kShortEscapes) {
    unescaped.at(static_cast<unsigned char>(letter)) = meant;
  }
  return unescaped;
}();

/// The character that the short escape of a backslash and `letter` stands for; 0 if there is none.
constexpr char Unescape(char letter) {
  return kUnescaped[static_cast<unsigned char>(letter)];  // NOLINT: as many as there are bytes
}

/// The length of the escape (RFC 8259, 7) that begins at `at`, including both halves of a surrogate
/// pair; 0 if it is not a valid escape.
std::size_t JsonEscapeLength(std::string_view text, std::size_t at);

/// True if `escape`, as JsonEscapeLength measures it, is one half of a surrogate pair.
bool IsHalfEscape(std::string_view escape);

/// Decodes the inside of a string (without quotes) whose escapes are valid and no half of a pair.
std::string DecodeJsonString(std::string_view inside);

}  // namespace agm
