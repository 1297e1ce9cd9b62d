#include "core/gateway/targets.h"

#include <fmt/format.h>

#include "core/gateway/catalog.h"

namespace agm::gateway {
namespace {

/// Why a target is left out, if it is.
enum class Lack { kNothing, kModel, kMethod };

bool Serves(const upstream::ModelEntry& entry, Use use) {
  switch (use) {
    case Use::kGenerate:
      return entry.chats;
    case Use::kEmbed:
      return entry.embeds;
    case Use::kAny:
      return true;
  }
  return true;
}

Lack LackOf(const ModelList& list, const std::string& model, Use use) {
  if (const upstream::ModelEntry* entry = list.Find(model)) {
    return Serves(*entry, use) ? Lack::kNothing : Lack::kMethod;
  }
  return list.complete ? Lack::kModel : Lack::kNothing;
}

Error WrongMethod(const ModelList& list, const std::string& target, Use use) {
  const auto& methods = list.Find(target)->methods;
  return Fail(ErrorCode::kUnknownModel, "the model \"{}\" does not serve {}; its methods are {}",
              target, use == Use::kEmbed ? "embeddings" : "chat", fmt::join(methods, ", "));
}

}  // namespace

Result<mapping::Resolution> ResolveModel(Services& services, const Settings& settings,
                                         const std::string& name, const Cancellation& client) {
  auto resolved = settings.map.Resolve(name);
  if (!resolved || resolved->rule != mapping::Rule::kBuiltIn) return resolved;
  if (!services.catalog->MustLook(*settings.config)) return resolved;
  services.catalog->Look(settings.config, client);
  if (services.pool->HasOwnModel(resolved->asked)) {
    return mapping::Resolution{resolved->asked, {resolved->asked}, mapping::Rule::kPassThrough, {}};
  }
  return resolved;
}

Result<std::vector<std::string>> ServableTargets(const RequestContext& context,
                                                 const std::vector<std::string>& targets, Use use) {
  Services& services = *context.services;
  const bool asks = targets.size() > 1 || use == Use::kEmbed ||
                    services.catalog->MustLook(*context.settings->config);
  const ModelList list = asks ? services.catalog->Look(context.settings->config, *context.client)
                              : services.catalog->Known();
  std::vector<std::string> servable;
  std::string unlisted;
  for (const std::string& target : targets) {
    const Lack lack = LackOf(list, services.pool->ModelOf(target), use);
    if (lack == Lack::kNothing && services.pool->HasAccountFor(target)) servable.push_back(target);
    if (lack != Lack::kMethod) unlisted = target;
  }
  if (!servable.empty()) return servable;
  if (unlisted.empty()) return WrongMethod(list, targets.back(), use);
  return std::vector{unlisted};
}

}  // namespace agm::gateway
