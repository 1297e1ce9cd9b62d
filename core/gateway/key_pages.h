#pragma once

#include "core/gateway/record.h"
#include "core/gateway/services.h"
#include "core/http/server/server.h"

/// Pages that show the rest of each client key's limits: for the holder, and for the operator.
/// Secrets and digests are in no answer.
///
/// One key:
///   {"name","id","scopes":[],"models":[],"expires","enabled",
///    "requests_per_minute":{"limit","remaining","reset_seconds"}, "tokens_per_minute": the same,
///    "parallel":{"limit","running"},
///    "budget":{"of","day":{"limit_usd","used_usd","remaining_usd","resets_at"},"month":...},
///    "tokens":{"day":{"limit","used","remaining","resets_at"},"month":...},
///    "spent":{"day":{"list_usd","billed_usd","tokens"},"month":...}}
/// A limit that the key does not have is null.
namespace agm::gateway {

/// GET /agm/me: the caller's own key; only its name for a caller without limits.
http::Reply MePage(Services& services, Record& record);

/// GET /agm/keys: {"keys":[...]} of [[keys]].
http::Reply KeysPage(Services& services, const Settings& settings, Record& record);

}  // namespace agm::gateway
