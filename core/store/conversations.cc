#include "core/store/conversations.h"

#include <utility>

#include "core/store/row_text.h"

namespace agm::store {
namespace {

constexpr std::int64_t kKeptFor = std::int64_t{30} * 24 * 3600 * 1000;

std::int64_t Milliseconds(WallTime time) { return time.time_since_epoch().count(); }

/// The name of a response's text on other machines.
std::string NameOf(const std::string& id) { return "response:" + id; }

// Drops old rows whenever a row is added: those past the age limit, and those beyond the maximum
// count.
Result<void> Prune(Connection& connection, WallTime now) {
  auto old =
      connection.Run("DELETE FROM response WHERE created < ?", {Milliseconds(now) - kKeptFor});
  if (!old) return old;
  return connection.Run(
      "DELETE FROM response WHERE created < (SELECT created FROM response "
      "ORDER BY created DESC LIMIT 1 OFFSET 4999)");
}

Result<void> PruneSignatures(Connection& connection, WallTime now) {
  auto old =
      connection.Run("DELETE FROM signature WHERE created < ?", {Milliseconds(now) - kKeptFor});
  if (!old) return old;
  return connection.Run(
      "DELETE FROM signature WHERE created < (SELECT created FROM signature "
      "ORDER BY created DESC LIMIT 1 OFFSET 49999)");
}

}  // namespace

Conversations::Conversations(Database& database, Copies* copies)
    : database_(database), copies_(copies) {
  if (copies_ == nullptr) return;
  copies_->Follow(
      Copies::Kind::kSignature, [this](const std::string& call, const std::string& value) {
        if (auto row = ReadSignature(value)) {
          StoreSignature(call, std::move(row->family), std::move(row->signature), row->created);
        }
      });
  copies_->Follow(Copies::Kind::kResponse,
                  [this](const std::string& id, const std::string&) { ForgetHere(id); });
}

void Conversations::Keep(SavedResponse response) {
  if (copies_ != nullptr) copies_->Keep(NameOf(response.id), Write(response), Duration(kKeptFor));
  StoreResponse(std::move(response));
}

void Conversations::StoreResponse(SavedResponse response) {
  std::string key = "response/" + response.id;
  database_.Write(std::move(key), [response = std::move(response)](Connection& connection) {
    auto kept = connection.Run(
        "INSERT OR REPLACE INTO response (id, owner, created, object, input, items) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        {response.id, response.owner, Milliseconds(response.created), response.object,
         response.input, response.items});
    return kept ? Prune(connection, response.created) : kept;
  });
}

std::optional<SavedResponse> Conversations::Find(const std::string& owner, const std::string& id) {
  auto found = FindHere(owner, id);
  if (!found && copies_ != nullptr) found = FindElsewhere(owner, id);
  return found;
}

/// Looks for a response that another machine gave, and keeps it in the own file too.
std::optional<SavedResponse> Conversations::FindElsewhere(const std::string& owner,
                                                          const std::string& id) {
  const auto text = copies_->Find(NameOf(id));
  auto response = text ? ReadResponse(*text) : std::nullopt;
  if (!response || response->owner != owner) return std::nullopt;
  response->id = id;
  StoreResponse(*response);
  return response;
}

std::optional<SavedResponse> Conversations::FindHere(const std::string& owner,
                                                     const std::string& id) {
  std::optional<SavedResponse> found;
  static_cast<void>(database_.Read([&](Connection& connection) {
    return connection.Query(
        "SELECT created, object, input, items FROM response WHERE id = ? AND owner = ?",
        {id, owner}, [&](const Row& row) {
          found = SavedResponse{id,          owner,       WallTime(Duration(row.Int(0))),
                                row.Text(1), row.Text(2), row.Text(3)};
        });
  }));
  return found;
}

bool Conversations::Remove(const std::string& owner, const std::string& id) {
  if (!Find(owner, id)) return false;
  database_.Write("response/" + id, [owner, id](Connection& connection) {
    return connection.Run("DELETE FROM response WHERE id = ? AND owner = ?", {id, owner});
  });
  if (copies_ != nullptr) {
    copies_->Drop(NameOf(id));
    copies_->Announce(Copies::Kind::kResponse, id, {});
  }
  return true;
}

void Conversations::ForgetHere(const std::string& id) {
  database_.Write("response/" + id, [id](Connection& connection) {
    return connection.Run("DELETE FROM response WHERE id = ?", {id});
  });
}

void Conversations::KeepSignature(std::string call, std::string family, std::string signature,
                                  WallTime now) {
  if (copies_ != nullptr) {
    copies_->Announce(Copies::Kind::kSignature, call, Write(SignatureRow{family, signature, now}));
  }
  StoreSignature(std::move(call), std::move(family), std::move(signature), now);
}

void Conversations::StoreSignature(std::string call, std::string family, std::string signature,
                                   WallTime now) {
  std::string key = "signature/" + call;
  database_.Write(std::move(key), [call = std::move(call), family = std::move(family),
                                   signature = std::move(signature), now](Connection& connection) {
    auto kept = connection.Run(
        "INSERT OR REPLACE INTO signature (call, family, signature, created) VALUES (?, ?, ?, ?)",
        {call, family, signature, Milliseconds(now)});
    return kept ? PruneSignatures(connection, now) : kept;
  });
}

Conversations::FoundSignature Conversations::FindSignature(std::string_view call,
                                                           std::string_view family) {
  FoundSignature found;
  const auto read = database_.Read([&](Connection& connection) {
    found.sure = !database_.failing();
    return connection.Query("SELECT signature FROM signature WHERE call = ? AND family = ?",
                            {call, family}, [&](const Row& row) { found.signature = row.Text(0); });
  });
  found.sure = found.sure && read.has_value();
  return found;
}

}  // namespace agm::store
