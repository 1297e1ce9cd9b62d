#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json_writer.h"
#include "core/chat/request.h"
#include "core/protocol/gemini/model_traits.h"
#include "core/protocol/gemini/request.h"

namespace agm::protocol {

/// The entry of Request::extra with tools that have no neutral form.
inline constexpr const char* kGeminiTools = "gemini.tools";

/// Maps tool names to names that the Gemini API accepts: a letter or `_`, then letters, digits and
/// `_.:-`, at most 64. An unsuitable name gets an alias that no other tool has; the same name
/// always gets the same alias.
///
/// Thread safety: one thread at a time.
class GeminiToolNames {
 public:
  explicit GeminiToolNames(const std::vector<chat::Tool>& tools);

  /// The tool's name in the upstream request.
  const std::string& Upstream(const std::string& name);
  /// The tools whose upstream name or kind differs, for reading the response.
  std::map<std::string, ClientTool, std::less<>> ToRead() const;

 private:
  std::map<std::string, std::string> upstream_;  ///< by the client's name
  std::set<std::string> taken_;
  std::map<std::string, int> next_;  ///< the number of the next alias, by how names begin
  std::set<std::string> custom_;     ///< the client's names
};

/// Appends the members "tools" and "toolConfig", if the request has any.
Result<void> WriteGeminiTools(const chat::Request& request, const ModelTraits& traits,
                              const GeminiWriteOptions& options, GeminiToolNames& names,
                              JsonWriter& json, GeminiRequest& out);

/// True if the request has tools and the model accepts them.
bool OffersTools(const chat::Request& request, const ModelTraits& traits);

}  // namespace agm::protocol
