#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/store/conversations.h"
#include "core/store/resources.h"

/// Rows as JSON texts, for other machines.
///
/// Thread safety: any thread.
namespace agm::store {

struct SignatureRow {
  std::string family;
  std::string signature;
  WallTime created{};
};

std::string Write(const SavedResponse& response);
std::optional<SavedResponse> ReadResponse(std::string_view text);
std::string Write(const SignatureRow& row);
std::optional<SignatureRow> ReadSignature(std::string_view text);
std::string Write(const Resource& resource);
std::optional<Resource> ReadResource(std::string_view text);

}  // namespace agm::store
