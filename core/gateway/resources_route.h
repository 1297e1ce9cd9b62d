#pragma once

#include "core/gateway/visit.h"
#include "core/http/wire/message.h"

/// Resources that the Gemini API keeps for a project: files, caches, batches and operations. Each
/// exists on one account. The gateway remembers on which, and to which client key it belongs; no
/// other key can see or use it. A client key creates all its resources on one account, so that they
/// can be used together.
namespace agm::gateway {

enum class ResourceKind { kFiles, kCaches, kBatches, kOperations };

/// GET of a kind: the caller's own resources, on one page.
http::Reply ListResources(Visit& visit, ResourceKind kind);
/// GET, PATCH, DELETE and methods of one (Route::id).
http::Reply UseResource(Visit& visit, ResourceKind kind);
/// POST cachedContents.
http::Reply CreateCache(Visit& visit);
/// POST models/{m}:batchGenerateContent and the like (Route::id is "{m}:{method}").
http::Reply CreateBatch(Visit& visit);
/// POST and PUT upload/{version}/files: starts or continues an upload, or does all of it at once.
/// The address at which the client continues is the gateway's own. A large body passes to the
/// account while it arrives, so a failure of the upstream is the client's to repeat: there is no
/// second attempt.
http::Reply UploadFile(Visit& visit);

}  // namespace agm::gateway
