#include "core/gateway/unknown_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/base/utf8.h"
#include "core/config/model_name.h"
#include "core/config/nearest.h"
#include "core/gateway/catalog.h"
#include "core/mapping/built_in.h"

namespace agm::gateway {
namespace {

constexpr std::size_t kLongestName = 100;

// A name is the client's: of any length and of any bytes.
std::string Shown(std::string_view name) {
  std::string shown = ToUtf8(name.substr(0, kLongestName));
  std::ranges::replace_if(
      shown, [](char c) { return c == '"' || c == '`'; }, '\'');
  return shown;
}

bool IsPattern(std::string_view name) { return name.find('*') != std::string_view::npos; }

/// Every name that a request may well mean.
std::vector<std::string> Candidates(const Services& services, const Settings& settings) {
  std::vector<std::string> names;
  for (auto& model : services.catalog->Listed(*settings.config)) {
    if (services.pool->HasAccountFor(model.id)) names.push_back(model.id);
  }
  for (const std::string& name : settings.map.ExactNames()) names.push_back(name);
  for (const mapping::BuiltIn& entry : mapping::BuiltIns()) {
    if (!IsPattern(entry.from)) names.emplace_back(entry.from);
  }
  return names;
}

// "vendor/NAME" and "NAME:tag" mean NAME where there is such a one; else the likeliest slip.
std::string NearestName(std::string_view name, const std::vector<std::string>& names) {
  const std::string_view last = name.substr(name.rfind('/') + 1);
  for (const std::string_view part : {last, last.substr(0, last.find(':'))}) {
    if (part != name && std::ranges::find(names, part) != names.end()) return std::string(part);
  }
  const std::vector<std::string_view> views(names.begin(), names.end());
  return std::string(config::Nearest(last, views));
}

std::string RuleWords(const mapping::Resolution& resolution) {
  const std::string target = Shown(resolution.targets.front());
  switch (resolution.rule) {
    case mapping::Rule::kExact:
    case mapping::Rule::kPattern:
      return fmt::format("; your rule \"{}\" led to \"{}\"", Shown(resolution.from), target);
    case mapping::Rule::kBuiltIn:
      return fmt::format("; the built-in rule \"{}\" led to \"{}\"", Shown(resolution.from),
                         target);
    case mapping::Rule::kPassThrough:
      return "; no rule maps this name";
  }
  return {};
}

}  // namespace

Error WithModelHelp(Error error, const Services& services, const Settings& settings,
                    std::string_view asked) {
  if (error.code != ErrorCode::kUnknownModel) return error;
  const std::vector<std::string> names = Candidates(services, settings);
  std::string missing(config::WithoutModelPrefix(asked));
  if (const auto resolution = settings.map.Resolve(asked)) {
    missing = resolution->targets.front();
    error.message += RuleWords(*resolution);
  }
  const bool served = std::ranges::find(names, missing) != names.end();
  const std::string nearest = served ? std::string() : NearestName(missing, names);
  if (!nearest.empty()) error.message += fmt::format("; did you mean \"{}\"?", nearest);
  error.message += fmt::format(
      "; `agm models` lists the models, `agm map set {} MODEL` maps the name", Shown(asked));
  error.param = "model";
  return error;
}

}  // namespace agm::gateway
