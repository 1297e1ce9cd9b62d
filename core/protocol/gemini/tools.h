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

/// Names for tools as the Gemini API takes them: a letter or `_`, then letters, digits and `_.:-`,
/// 64 at most. A name that does not fit gets an alias that is no other tool's name; the same name
/// always gets the same alias.
///
/// Thread safety: one thread at a time.
class GeminiToolNames {
 public:
  explicit GeminiToolNames(const std::vector<chat::Tool>& tools);

  /// What the tool is called upstream.
  const std::string& Upstream(const std::string& name);
  /// Those whose upstream name or kind the answer's reader must know.
  std::map<std::string, ClientTool, std::less<>> ToRead() const;

 private:
  std::map<std::string, std::string> upstream_;  ///< by client's name
  std::set<std::string> taken_;
  std::set<std::string> custom_;  ///< client's names
};

/// Appends the members "tools" and "toolConfig", as far as the request has them.
Result<void> WriteGeminiTools(const chat::Request& request, const ModelTraits& traits,
                              const GeminiWriteOptions& options, GeminiToolNames& names,
                              JsonWriter& json, GeminiRequest& out);

/// True if the request's tools reach the model: it has some and the model takes them.
bool OffersTools(const chat::Request& request, const ModelTraits& traits);

}  // namespace agm::protocol
