#pragma once

#include <memory>
#include <string>
#include <utility>

#include "core/config/config.h"

namespace agm::test {

/// The settings of a pool with the accounts "work" and "home", which have keys of their own.
inline std::shared_ptr<const config::Config> TwoAccounts() {
  auto config = std::make_shared<config::Config>();
  for (const char* name : {"work", "home"}) {
    config::Account account;
    account.name = name;
    account.api_key = Secret(std::string("key-of-") + name);
    config->accounts.push_back(std::move(account));
  }
  return config;
}

}  // namespace agm::test
