#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace agm::mock {

/// A thought signature that names what it was made for, with a digest that tells it from any other
/// text. `nonce` makes it unique.
std::string MakeSignature(int family, std::string_view nonce);

/// The family that a signature of ours was made for; nothing for any other text.
std::optional<int> ReadSignature(std::string_view signature);

/// A text that may be a signature of another service: long enough, and not ours gone bad. Whether
/// it is good cannot be told here.
bool IsForeignSignature(std::string_view signature);

/// One of the two documented texts that stand for a signature.
bool IsDummySignature(std::string_view signature);

}  // namespace agm::mock
