#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/accounts/pool.h"
#include "core/base/result.h"
#include "core/gateway/native_request.h"
#include "core/gateway/record.h"
#include "core/gateway/rotation.h"
#include "core/http/client/transport.h"
#include "core/upstream/outgoing.h"

namespace agm::gateway {

/// A native request for one target, the same for every account.
struct NativeQuestion {
  std::string http_method = "POST";
  std::string version;
  std::string resource;  ///< "models/gemini-2.5-flash:generateContent", "cachedContents"
  std::string query;
  upstream::SharedText body;
  std::vector<http::Header> headers;
  NativeForm form = NativeForm::kWhole;
  std::string url{};  ///< an address that the upstream gave; empty: that of the resource
  /// A body that is sent while it arrives, instead of `body`. It can be read once, so there is no
  /// further attempt after its first byte was read.
  http::BodyReader* upload = nullptr;
};

/// A native response that has begun to arrive: its account and the bytes so far. Destroying it
/// closes the upstream connection and returns the lease.
struct NativeOpened {
  accounts::Lease lease;
  const upstream::Provider* provider;
  upstream::SharedText body;                 ///< of the request; the download may still send it
  std::unique_ptr<http::Download> download;  ///< null: `held` is the whole body
  std::string held;
  std::string content_type;
  std::vector<http::Header> headers{};  ///< of an upload, for the client
  Duration first_byte{0};
};

/// An upstream's refusal of the request itself, which the client gets byte for byte.
struct NativeRefusal {
  int status = 400;
  std::string content_type;
  std::string body;
};

using NativeOutcome = std::variant<NativeOpened, NativeRefusal, Error>;

/// Sends a native request to one account after another, with the rotation, limits and cooldowns of
/// every request, until an upstream begins to answer. An error inside a good response counts as a
/// failed attempt as long as nothing of the response was passed on.
///
///   auto outcome = OpenNative(context, targets, question_for, record);
///
/// `question_for` writes the request for a target. Fills record.target, account, tries and phase.
///
/// Thread safety: any thread; blocks.
NativeOutcome OpenNative(const RequestContext& context, const std::vector<std::string>& targets,
                         const std::function<NativeQuestion(const std::string&)>& question_for,
                         Record& record);

}  // namespace agm::gateway
