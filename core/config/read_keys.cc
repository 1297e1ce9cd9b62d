#include <algorithm>
#include <array>

#include "core/config/read_tables.h"
#include "core/config/settings.h"

namespace agm::config {
namespace {

/// Callers of the gateway itself, which a key cannot be.
constexpr std::array<std::string_view, 2> kReserved = {"local", "operator"};

ClientKey ReadKey(const Value& table, const Reading& reading) {
  ClientKey key;
  const Value* name = table.Find("name");
  const bool named = name != nullptr && name->is(ValueKind::kString);
  const std::string called = named ? Quoted(name->text) : "without a name";
  ReadTable<ClientKey>(table, KeySettings(), {}, reading.In(fmt::format("key {}: ", called)), key);
  for (const std::string_view needed : {"name", "id", "hash"}) {
    const Value* given = table.Find(needed);
    const bool empty = given != nullptr && given->is(ValueKind::kString) && given->text.empty();
    if (given != nullptr && !empty) continue;
    reading.found.Error(table.at, "key {}: it has no {}; `agm keys add NAME` makes a complete key",
                        called, needed);
  }
  if (std::ranges::find(kReserved, key.name) != kReserved.end()) {
    reading.found.Error(name->at, "key {}: the gateway uses this name itself; choose another",
                        called);
  }
  return key;
}

}  // namespace

std::vector<ClientKey> ReadClientKeys(const Value& list, const Reading& reading) {
  std::vector<ClientKey> keys;
  if (!list.is(ValueKind::kArray)) {
    Expected(list, reading.In("keys"), "an array of tables: [[keys]] before each key");
    return keys;
  }
  for (const Value& item : list.items) {
    if (!item.is(ValueKind::kTable)) {
      Expected(item, reading.In("keys"), "a table for each key");
    }
    ClientKey key = item.is(ValueKind::kTable) ? ReadKey(item, reading) : ClientKey();
    for (const auto& [what, member] :
         {std::pair("named", &ClientKey::name), std::pair("with the id", &ClientKey::id)}) {
      if ((key.*member).empty() || std::ranges::find(keys, key.*member, member) == keys.end()) {
        continue;
      }
      reading.found.Error(item.at, "there are two keys {} \"{}\"; give each its own", what,
                          key.*member);
    }
    keys.push_back(std::move(key));
  }
  return keys;
}

}  // namespace agm::config
