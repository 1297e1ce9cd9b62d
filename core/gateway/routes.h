#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/gateway/surface.h"
#include "core/http/wire/message.h"
#include "core/http/wire/request_head.h"

namespace agm::gateway {

struct Visit;

/// The permission that a client key needs before it may use a route.
enum class Scope {
  kOpen,    ///< never a key: what a browser loads before its user has signed in
  kNone,    ///< the route needs no key, except with auth_mode = "strict"
  kAnyKey,  ///< any valid key
  kInference,
  kRead,  ///< the page, the log and the accounts' states
  kMetrics,
  kAdmin
};

/// The kind of body that a route reads.
enum class BodyKind {
  kJson,
  kForm,
  kAny,
  kFile  ///< any; a large one is passed on while it arrives, and has no limit of size
};

/// What a request of a route is about.
enum class RouteKind {
  kModel,   ///< a call of a model: it is in the metrics and in the telemetry of models
  kStored,  ///< what no model answers, such as lists of models, files, caches
  kPage,    ///< the page for browsers and its data: never in the log and the totals
  kHealth   ///< the gateway's state: served even at the limit of requests, and only in the log and
            ///< the totals if it fails
};

/// Answers a request of a route; may take the record out of the visit.
using Handler = http::Reply (*)(Visit& visit);

/// Everything that the gateway knows about a route.
///
/// `pattern` has no /v1; any other version, such as /v1beta, is its first segment. The gateway's
/// own pages (Surface::kOwn) match exactly or not at all. In the other rows
///
///     "*"     matches one segment: "/files/*" matches /files/file_1
///     "**"    matches the rest of the path, because model ids may contain slashes: "/models/**"
///             matches /models/vendor/name
///     "**:"   matches the rest of the path if it contains a colon: "/models/**:" matches
///             /models/name:generateContent
///
/// Several rows may have one pattern. The row of the API that the client speaks is taken, and among
/// those one that allows the method. A method that a "**:" row does not allow goes to a row with
/// "**" that allows it, so that GET finds a model whose name has a colon.
struct RouteRow {
  std::string_view name;  ///< in metrics and logs: "chat_completions"
  std::string_view pattern;
  std::string_view methods;  ///< in the form of the Allow header: "GET, HEAD"
  Surface surface;
  BodyKind body;
  Scope scope;
  RouteKind kind;
  Handler handle;

  bool Allows(std::string_view method) const;
};

/// All routes. If two patterns match a path, the earlier row counts.
std::span<const RouteRow> RouteRows();

struct Route {
  const RouteRow* row;
  std::string id{};          ///< the text that the stars of the pattern match
  std::string deployment{};  ///< the model that an Azure path names; empty: the body names it
};

/// Finds the route of a request by its percent-decoded path, its method and the headers that tell
/// which API the client speaks.
///
/// It accepts paths with or without /v1, doubled /v1 or slashes, one slash at the end, any prefix
/// ("/openai/v1/models/ID" keeps its id), Azure's "/openai/deployments/MODEL/chat/completions", and
/// stacked paths ("/v1/chat/completions/responses"): if no route matches exactly, their last known
/// segment counts. kUnknownRoute names the nearest route of the same family, if there is one.
Result<Route> FindRoute(const http::Request& request);
/// The same from a path alone.
Result<Route> FindRoute(std::string_view path);

/// True for a request whose body is passed on while it arrives: a file of more than 1 MiB, or of a
/// size that the client does not tell.
bool StreamsFile(const http::Head& head);

/// The API whose formats the errors of a request use, also if it has no route. `route` is what
/// FindRoute found for it.
Surface SurfaceOf(const Result<Route>& route, const http::Request& request);

}  // namespace agm::gateway
