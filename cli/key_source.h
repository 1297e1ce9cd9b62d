#pragma once

#include <optional>
#include <string>

#include "cli/context.h"
#include "core/base/result.h"
#include "core/base/secret.h"

namespace agm::cli {

/// The source of a key on the command line; at most one is set.
struct KeySource {
  std::string flag = "--api-key";  ///< the prefix of its options: --api-key-stdin
  bool from_stdin = false;
  std::optional<std::string> variable;  ///< environment variable
  std::optional<std::string> file;

  bool given() const { return from_stdin || variable || file; }
};

/// A key and its form in the configuration: the key itself, or a reference to its source.
struct ReadKey {
  Secret key;
  std::string variable;
  std::string file;  ///< absolute
};

/// Reads the key from its source. kConfig if there is none: an unset variable, a missing or empty
/// file. Space around the key is removed; a key with spaces or control characters inside is refused
/// and never shown.
Result<ReadKey> TakeKey(const Context& context, const KeySource& source);

/// Asks for the key on the terminal; empty if nothing was typed. kInvalidRequest without a
/// terminal.
Result<ReadKey> AskForKey(const Context& context, const std::string& prompt);

}  // namespace agm::cli
