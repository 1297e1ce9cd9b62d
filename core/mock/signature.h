#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace agm::mock {

/// A thought signature that contains the family it was made for, and a digest that tells it from
/// any other text. `nonce` makes it unique.
std::string MakeSignature(int family, std::string_view nonce);

/// The family that a signature of the mock was made for; nullopt for any other text.
std::optional<int> ReadSignature(std::string_view signature);

/// True for a text that may be another service's signature: long enough, and not a damaged
/// signature of the mock. The mock cannot verify it.
bool IsForeignSignature(std::string_view signature);

/// True for one of the two documented placeholder signatures.
bool IsDummySignature(std::string_view signature);

}  // namespace agm::mock
