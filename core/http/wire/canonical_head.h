#pragma once

#include <string>

#include "core/http/wire/message.h"

namespace agm::http {

/// Writes the head of a checked request for a second parser, so that this parser never reads a
/// client's bytes. It learns no more than what decides the form of a response:
///
///   head  := method " / HTTP/1." minor CRLF CRLF
///
/// Of a refused request only the method is written, as far as it was read; the parser refuses it
/// too.
///
/// Thread safety: any thread.
std::string WriteCanonicalHead(const Request& request, int minor_version);

}  // namespace agm::http
