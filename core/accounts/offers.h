#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/accounts/member.h"
#include "core/upstream/providers.h"

namespace agm::accounts {

/// The accounts that may serve a target, in the configuration's order, usable or not.
struct Offers {
  std::string model;  ///< the upstream's name of the model
  std::vector<Member*> members;
};

/// A target is a model, or "ACCOUNT/MODEL" for one account only. An account offers a model if its
/// settings list it, and its upstream too as far as that is known. Where accounts of one kind of
/// upstream are known to have the model, those of other kinds are left out, because a name means
/// something in one place only.
Offers OffersOf(const std::vector<std::shared_ptr<Member>>& members,
                const upstream::Providers& providers, std::string_view target);

}  // namespace agm::accounts
