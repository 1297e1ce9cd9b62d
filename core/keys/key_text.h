#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/secret.h"

/// Client keys: their form, what they may do, and how much of it is left.
namespace agm::keys {

/// A key as its holder sends it: "sk-agm-ID-SECRET". The id is public and finds the key; the secret
/// has 256 random bits, so that a fast digest protects it well enough.
struct KeyText {
  std::string_view id;
  std::string_view secret;
};

/// The parts of a key of that form; nullopt for other texts. The views are into `text`.
std::optional<KeyText> ReadKeyText(std::string_view text);

/// A new key, and what the configuration stores of it.
struct NewKey {
  Secret key;
  std::string id;
  std::string hash;
};
/// With `id`, the new secret is one for an existing key.
NewKey MakeKey(std::string id = {});

/// The form in which the configuration stores a secret: "sha256:" and 64 hexadecimal digits.
std::string HashOf(std::string_view secret);

}  // namespace agm::keys
