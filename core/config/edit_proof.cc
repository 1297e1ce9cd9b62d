#include <algorithm>
#include <type_traits>

#include "core/config/edit_plan.h"

namespace agm::config {
namespace {

Value TextValue(const std::string& text) {
  Value value;
  value.kind = ValueKind::kString;
  value.text = text;
  return value;
}

Value ListValue(const std::vector<std::string>& texts) {
  Value value;
  value.kind = ValueKind::kArray;
  for (const std::string& text : texts) value.items.push_back(TextValue(text));
  return value;
}

Value ParsedValue(const std::string& text) {
  auto parsed = ParseDocument("value = " + text);
  auto* root = std::get_if<Value>(&parsed);
  if (root == nullptr || root->members.size() != 1) return {};
  return std::move(root->members.front().value);
}

}  // namespace

Value ToValue(const FieldValue& field) {
  return std::visit(
      [](const auto& held) -> Value {
        using T = std::decay_t<decltype(held)>;
        Value value;
        if constexpr (std::is_same_v<T, std::string>) return TextValue(held);
        if constexpr (std::is_same_v<T, Secret>) return TextValue(held.Reveal());
        if constexpr (std::is_same_v<T, std::vector<std::string>>) return ListValue(held);
        if constexpr (std::is_same_v<T, Verbatim>) return ParsedValue(held.text);
        if constexpr (std::is_same_v<T, bool>) {
          value.kind = ValueKind::kBool;
          value.boolean = held;
        }
        if constexpr (std::is_same_v<T, int>) {
          value.kind = ValueKind::kInteger;
          value.integer = held;
        }
        return value;
      },
      field);
}

namespace {

Value& Reach(Value& table, std::string_view key, ValueKind kind) {
  const auto at = std::ranges::find(table.members, key, &Member::key);
  if (at != table.members.end()) return at->value;
  Member member{std::string(key), {}, {}, {}};
  member.value.kind = kind;
  table.members.push_back(std::move(member));
  return table.members.back().value;
}

void Remove(Value& table, std::string_view key) {
  std::erase_if(table.members, [&](const Member& member) { return member.key == key; });
}

void SetFields(Value& account, const std::vector<Field>& fields) {
  for (const Field& field : fields) {
    if (field.value) {
      Reach(account, field.key, ValueKind::kString) = ToValue(*field.value);
    } else {
      Remove(account, field.key);
    }
  }
}

/// Makes in the tree the changes that the patches make in the text.
struct Proof {
  Value& root;

  Value& Mapping() const {
    return Reach(Reach(root, "proxy", ValueKind::kTable), "custom_mapping", ValueKind::kTable);
  }
  Value& List(std::string_view list) const { return Reach(root, list, ValueKind::kArray); }

  void operator()(const SetMapping& change) const {
    const Member* rule = FindRule(Mapping(), change.from);
    const std::string key = rule == nullptr ? change.from : rule->key;
    Reach(Mapping(), key, ValueKind::kString) = ToValue(Targets(change.to));
  }
  void operator()(const UnsetMapping& change) const {
    const Member* rule = FindRule(Mapping(), change.from);
    if (rule != nullptr) Remove(Mapping(), std::string(rule->key));
    // A table that exists only through its members' dotted names disappears with the last member.
    if (Mapping().members.empty() && Mapping().form == TableForm::kDotted) {
      Value& proxy = Reach(root, "proxy", ValueKind::kTable);
      Remove(proxy, "custom_mapping");
      if (proxy.members.empty() && proxy.form == TableForm::kDotted) Remove(root, "proxy");
    }
  }
  void operator()(const PutEntry& change) const {
    Value& list = List(change.list);
    const int index = FindAccountIndex(&list, change.name);
    if (index >= 0) return SetFields(list.items[static_cast<std::size_t>(index)], change.fields);
    Value account;
    account.kind = ValueKind::kTable;
    Reach(account, "name", ValueKind::kString) = TextValue(change.name);
    SetFields(account, change.fields);
    list.items.push_back(std::move(account));
  }
  void operator()(const UpdateEntry& change) const {
    (*this)(PutEntry{change.name, change.fields, change.list});
  }
  void operator()(const SetSetting& change) const {
    Value* table = &root;
    for (const std::string& name : change.table) {
      if (!change.field.value && table->Find(name) == nullptr) return;
      table = &Reach(*table, name, ValueKind::kTable);
    }
    if (!change.field.value) return Remove(*table, change.field.key);
    Reach(*table, change.field.key, ValueKind::kString) = ToValue(*change.field.value);
  }
  void operator()(const RemoveEntry& change) const {
    Value& list = List(change.list);
    const int index = FindAccountIndex(&list, change.name);
    if (index >= 0) list.items.erase(list.items.begin() + index);
    if (list.items.empty() && list.headers) Remove(root, change.list);
  }
};

}  // namespace

void Apply(const Change& change, Value& root) { std::visit(Proof{root}, change); }

}  // namespace agm::config
