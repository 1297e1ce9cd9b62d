#pragma once

#include <string_view>

/// HTTP/1.1 as bytes (RFC 9110, 9112): what heads and bodies are made of. No sockets, no clock.
namespace agm::http {

bool IsDigit(char c);
bool IsControl(char c);
/// What a method or a header's name is: letters, digits and a few marks, at least one.
bool IsToken(std::string_view text);
/// No control characters but tabs: what may stand in a header's value.
bool IsFieldValue(std::string_view text);
/// Without the blanks and tabs around it.
std::string_view Trim(std::string_view text);
/// Cuts the text before `end` off the front of `text`, and `end` with it.
std::string_view Cut(std::string_view& text, std::string_view end);

bool EqualsIgnoreCase(std::string_view a, std::string_view b);
bool StartsWithIgnoreCase(std::string_view text, std::string_view prefix);
/// Whether a value that is a list ("a, b") has the item, in any case.
bool ListHas(std::string_view list, std::string_view item);

}  // namespace agm::http
