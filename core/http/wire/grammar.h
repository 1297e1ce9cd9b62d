#pragma once

#include <string_view>

/// The lexical rules of HTTP/1.1 (RFC 9110, 9112) that heads and bodies share. No sockets, no
/// clock.
namespace agm::http {

bool IsControl(char c);
/// True for a valid method or header name: at least one letter, digit or token character.
bool IsToken(std::string_view text);
/// True for a valid header value: no control characters except tabs.
bool IsFieldValue(std::string_view text);
/// Removes spaces and tabs at both ends.
std::string_view Trim(std::string_view text);
/// Removes the text before `end`, and `end` itself, from the front of `text`; returns that text.
std::string_view Cut(std::string_view& text, std::string_view end);

bool EqualsIgnoreCase(std::string_view a, std::string_view b);
bool StartsWithIgnoreCase(std::string_view text, std::string_view prefix);
/// True if a comma-separated list ("a, b") contains the item, in any case.
bool ListHas(std::string_view list, std::string_view item);

}  // namespace agm::http
