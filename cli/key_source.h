#pragma once

#include <optional>
#include <string>

#include "cli/context.h"
#include "core/base/result.h"
#include "core/base/secret.h"

namespace agm::cli {

/// Where a key comes from, as the command line says; at most one is set.
struct KeySource {
  std::string flag = "--api-key";  ///< what its options begin with: --api-key-stdin
  bool from_stdin = false;
  std::optional<std::string> variable;  ///< environment variable
  std::optional<std::string> file;

  bool given() const { return from_stdin || variable || file; }
};

/// A key that was read, and how the configuration holds it: the key itself, or where it is.
struct ReadKey {
  Secret key;
  std::string variable;
  std::string file;  ///< absolute
};

/// Reads the key from its source. kConfig where there is none there: an unset variable, a file
/// that is missing or empty. Space around the key is dropped; a key with space or control
/// characters inside is refused, and never shown.
Result<ReadKey> TakeKey(const Context& context, const KeySource& source);

/// Asks for the key on the terminal; empty where nothing was typed. kInvalidRequest off a terminal.
Result<ReadKey> AskForKey(const Context& context, const std::string& prompt);

}  // namespace agm::cli
