#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/base/cancellation.h"
#include "core/config/config.h"
#include "core/http/client/transport.h"
#include "core/upstream/call.h"
#include "core/upstream/trouble.h"

namespace agm::upstream {

/// A model in the upstream's list.
struct ModelEntry {
  std::string id;                ///< "gemini-2.5-flash", "tunedModels/x"; without "models/"
  std::int64_t input_limit = 0;  ///< tokens; 0: unknown
  std::int64_t output_limit = 0;
  std::vector<std::string> methods;  ///< "generateContent", "embedContent", ...; may be empty
  bool thinking = false;
  std::string display_name;
};

/// All models that an account's upstream lists, from all pages, in its order.
///
/// Thread safety: any thread.
std::variant<std::vector<ModelEntry>, Failure> ListModels(Transport& transport,
                                                          const config::Account& account,
                                                          const Secret& credential,
                                                          const Limits& limits,
                                                          const Cancellation& cancellation);

/// Sends a minimal request to check the credential; returns its duration or the failure.
///
/// Thread safety: any thread.
std::variant<Duration, Failure> CheckCredential(Transport& transport,
                                                const config::Account& account,
                                                const Secret& credential, const Limits& limits,
                                                const Cancellation& cancellation);

}  // namespace agm::upstream
