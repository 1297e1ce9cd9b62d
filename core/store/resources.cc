#include "core/store/resources.h"

#include <utility>

#include "core/store/row_text.h"

namespace agm::store {
namespace {

std::int64_t Milliseconds(WallTime time) { return time.time_since_epoch().count(); }

Resource ReadRow(const Row& row) {
  return {row.Text(0),
          row.Text(1),
          row.Text(2),
          row.Text(3),
          WallTime(Duration(row.Int(4))),
          WallTime(Duration(row.Int(5)))};
}

constexpr std::string_view kFind =
    "SELECT name, owner, account, object, created, expires FROM resource "
    "WHERE name = ? AND expires > ?";
constexpr std::string_view kList =
    "SELECT name, owner, account, object, created, expires FROM resource "
    "WHERE owner = ? AND substr(name, 1, ?) = ? AND expires > ? ORDER BY created DESC, name";

}  // namespace

Resources::Resources(Database& database, Copies* copies) : database_(database), copies_(copies) {
  if (copies_ == nullptr) return;
  copies_->Follow(Copies::Kind::kResource,
                  [this](const std::string& name, const std::string& value) {
                    if (value.empty()) return Forget(name);
                    if (auto resource = ReadResource(value)) Store(*std::move(resource));
                  });
  copies_->Follow(
      Copies::Kind::kHome,
      [this](const std::string& owner, const std::string& account) { StoreHome(owner, account); });
}

void Resources::Keep(Resource resource) {
  if (copies_ != nullptr) {
    copies_->Announce(Copies::Kind::kResource, resource.name, Write(resource));
  }
  Store(std::move(resource));
}

void Resources::Store(Resource resource) {
  std::string key = "resource/" + resource.name;
  database_.Write(std::move(key), [resource = std::move(resource)](Connection& connection) {
    auto kept = connection.Run(
        "INSERT OR REPLACE INTO resource (name, owner, account, object, created, expires) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        {resource.name, resource.owner, resource.account, resource.object,
         Milliseconds(resource.created), Milliseconds(resource.expires)});
    if (!kept) return kept;
    return connection.Run("DELETE FROM resource WHERE expires < ?",
                          {Milliseconds(resource.created)});
  });
}

std::optional<Resource> Resources::Find(const std::string& name, WallTime now) {
  std::optional<Resource> found;
  static_cast<void>(database_.Read([&](Connection& connection) {
    return connection.Query(kFind, {name, Milliseconds(now)},
                            [&](const Row& row) { found = ReadRow(row); });
  }));
  return found;
}

std::vector<Resource> Resources::List(const std::string& owner, std::string_view prefix,
                                      WallTime now) {
  std::vector<Resource> found;
  static_cast<void>(database_.Read([&](Connection& connection) {
    return connection.Query(
        kList, {owner, static_cast<std::int64_t>(prefix.size()), prefix, Milliseconds(now)},
        [&](const Row& row) { found.push_back(ReadRow(row)); });
  }));
  return found;
}

void Resources::Remove(const std::string& name) {
  if (copies_ != nullptr) copies_->Announce(Copies::Kind::kResource, name, {});
  Forget(name);
}

void Resources::Forget(const std::string& name) {
  database_.Write("resource/" + name, [name](Connection& connection) {
    return connection.Run("DELETE FROM resource WHERE name = ?", {name});
  });
}

std::string Resources::Home(const std::string& owner) {
  std::string account;
  static_cast<void>(database_.Read([&](Connection& connection) {
    return connection.Query("SELECT account FROM home WHERE owner = ?", {owner},
                            [&](const Row& row) { account = row.Text(0); });
  }));
  return account;
}

void Resources::SetHome(const std::string& owner, const std::string& account) {
  if (copies_ != nullptr) copies_->Announce(Copies::Kind::kHome, owner, account);
  StoreHome(owner, account);
}

void Resources::StoreHome(const std::string& owner, const std::string& account) {
  database_.Write("home/" + owner, [owner, account](Connection& connection) {
    return connection.Run("INSERT OR REPLACE INTO home (owner, account) VALUES (?, ?)",
                          {owner, account});
  });
}

}  // namespace agm::store
