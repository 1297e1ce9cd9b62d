#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/chat/request.h"
#include "core/store/resources.h"

/// Requests that name files and caches, which exist on one account only.
namespace agm::gateway {

/// The name of a resource in a uri or a name: "files/abc" of
/// "https://generativelanguage.googleapis.com/v1beta/files/abc"; empty if it names none.
std::string ResourceName(std::string_view uri);

/// The resources that a native body names as fileUri or cachedContent.
std::vector<std::string> ResourcesIn(std::string_view body);

/// The account that holds the named resources; empty if none of them is known.
///
///   auto account = HolderOf(*services.resources, ResourcesIn(body), caller, now);
///
/// Fails with kNotFound if one of them belongs to another caller, with kInvalidRequest if they are
/// on different accounts.
///
/// Thread safety: any thread.
Result<std::string> HolderOf(store::Resources& resources, const std::vector<std::string>& names,
                             const std::string& caller, WallTime now);

/// The account that holds the files of a chat request; empty if it names none. Files that are named
/// by an id get their uri and type. Fails with kNotFound at the file's path if there is no such
/// file.
Result<std::string> PinMedia(store::Resources& resources, chat::Request& request,
                             const std::string& caller, WallTime now);

/// The error for a resource that the caller does not have, in Google's words.
Error NoSuchResource(std::string_view name);

/// The time in a text such as "2026-11-28T18:00:00.5Z"; `otherwise` if it cannot be read.
WallTime ReadGoogleTime(const std::string& text, WallTime otherwise);

}  // namespace agm::gateway
