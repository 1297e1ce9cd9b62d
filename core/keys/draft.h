#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/config/config.h"
#include "core/config/edit.h"

namespace agm::keys {

/// Changes to a key's entry in the configuration. Members without a value change nothing.
struct Draft {
  std::optional<std::vector<std::string>> scopes{};
  std::optional<std::vector<std::string>> models{};
  std::optional<int> requests_per_minute{};  ///< 0 removes the limit, as in the next two
  std::optional<int> tokens_per_minute{};
  std::optional<int> parallel{};
  std::vector<std::string> budgets{};  ///< "2.50/day", "none/month", or "none" for both
  std::optional<std::string> budget_of{};
  std::vector<std::string> tokens{};     ///< "5000000/day", "5M/month"
  std::optional<std::string> expires{};  ///< "2027-01-31", "30d" from now, or "never"
  std::optional<bool> enabled{};

  bool empty() const;
};

/// The fields that change the entry `now` as the draft says. kInvalidRequest for values that cannot
/// be read; the configuration's own checks find the others when the file is edited.
Result<std::vector<config::Field>> FieldsOf(const Draft& draft, const config::ClientKey& now,
                                            WallTime wall);

/// An amount of nano-dollars as the file has it: "2.5".
std::string WriteDollars(std::int64_t nano);

/// The change that adds a key, with all its fields.
config::Change AddKey(const std::string& name, const std::string& id, const std::string& hash,
                      std::vector<config::Field> fields);

/// The change that gives a key another secret. The old one works for `grace` more.
config::Change RotateKey(const config::ClientKey& key, const std::string& hash, Duration grace,
                         WallTime wall);

}  // namespace agm::keys
