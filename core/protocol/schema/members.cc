#include "core/protocol/schema/members.h"

#include <algorithm>
#include <utility>

namespace agm::protocol {

SchemaMembers::SchemaMembers(const std::vector<JsonView>& objects, Absent absent) {
  members_.reserve(8);
  for (std::size_t i = 0; i < objects.size(); ++i) {
    for (const JsonMember member : objects[i].members()) {
      members_.push_back({NameOf(member.key), member.value, i});
    }
  }
  Unite(absent);
}

std::string_view SchemaMembers::NameOf(JsonView key) {
  const auto plain = key.plain();
  return plain ? *plain : decoded_.emplace_back(key.text());
}

void SchemaMembers::Unite(Absent absent) {
  std::vector<SchemaMember*> by_name;
  by_name.reserve(members_.size());
  for (SchemaMember& member : members_) by_name.push_back(&member);
  std::ranges::sort(by_name, [](const SchemaMember* a, const SchemaMember* b) {
    const int order = a->name.compare(b->name);
    return order != 0 ? order < 0 : a < b;
  });
  SchemaMember* kept = nullptr;
  for (SchemaMember* member : by_name) {
    if (kept == nullptr || kept->name != member->name) {
      kept = member;
    } else if (kept->object == member->object) {
      kept->value = std::exchange(member->value, {});
    } else if (absent(*kept)) {
      kept = member;
    } else {
      member->value = {};
    }
  }
  std::erase_if(members_,
                [absent](const SchemaMember& member) { return !member.value || absent(member); });
}

}  // namespace agm::protocol
