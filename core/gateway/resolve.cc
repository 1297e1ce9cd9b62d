#include "core/gateway/resolve.h"

#include "core/gateway/catalog.h"

namespace agm::gateway {

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

}  // namespace agm::gateway
