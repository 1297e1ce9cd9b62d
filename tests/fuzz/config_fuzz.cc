#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/config/edit.h"
#include "core/config/load.h"
#include "core/config/show.h"
#include "core/mapping/model_map.h"

namespace {

using agm::config::Severity;

// A configuration that loads can be shown; each edit of it is made exactly, or refused with a
// message.
void CheckEdits(std::string_view text) {
  using namespace agm::config;
  for (const Change& change :
       {Change(SetMapping{"fuzz", {"a", "b"}}), Change(UnsetMapping{"a"}),
        Change(PutEntry{"fuzz", {{"kind", "mock"}, {"priority", 1}}}), Change(RemoveEntry{"a"})}) {
    const auto edited = EditText(text, change, "f.toml");
    if (!edited) {
      if (edited.error().message.empty()) std::abort();
      continue;
    }
    const auto loaded = Load(Source{*edited, "f.toml"});
    if (!loaded) std::abort();
    const auto again = EditText(*edited, change, "f.toml");
    if (again && *again != *edited) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto checked = agm::config::Check({text, "f.toml"}, {}, {});
  bool errors = false;
  for (const auto& problem : checked.problems) {
    if (problem.message.empty() || problem.at.line < 0) std::abort();
    errors = errors || problem.severity == Severity::kError;
  }
  if (errors == checked.loaded.has_value()) std::abort();
  if (!checked.loaded) return 0;
  for (const auto& table : agm::config::ShowTables(*checked.loaded)) {
    for (const auto& shown : table.settings) {
      if (shown.value.empty()) std::abort();
    }
  }
  const agm::mapping::ModelMap map(checked.loaded->config);
  for (const auto& name : map.ExactNames()) {
    const auto resolved = map.Resolve(name);
    if (resolved && resolved->targets.empty()) std::abort();
  }
  CheckEdits(text);
  return 0;
}
