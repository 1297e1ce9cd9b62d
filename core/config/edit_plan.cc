#include "core/config/edit_plan.h"

#include <algorithm>
#include <type_traits>

#include "core/config/lexer.h"
#include "core/config/model_name.h"
#include "core/config/nearest.h"
#include "core/config/toml_text.h"

namespace agm::config {
namespace {

bool IsSection(const Value& value) {
  if (value.is(ValueKind::kArray)) return value.headers;
  if (!value.is(ValueKind::kTable)) return false;
  return value.form == TableForm::kHeader || value.form == TableForm::kImplied;
}

// The end of a table's own lines, without child tables that have headers of their own.
std::size_t OwnEnd(const Value& table) {
  std::size_t end = table.span.end;
  for (const Member& member : table.members) {
    if (IsSection(member.value)) continue;
    const bool dotted =
        member.value.is(ValueKind::kTable) && member.value.form == TableForm::kDotted;
    end = std::max(end, dotted ? OwnEnd(member.value) : member.value.span.end);
  }
  return end;
}

// The end of everything that belongs to a value, including child tables with headers.
std::size_t WholeEnd(const Value& value) {
  std::size_t end = value.span.end;
  for (const Member& member : value.members) end = std::max(end, WholeEnd(member.value));
  for (const Value& item : value.items) end = std::max(end, WholeEnd(item));
  return end;
}

// Collects the sections of an account: its own lines, and those of its child tables' headers.
void CollectSections(const Value& value, std::vector<Span>& sections) {
  if (value.is(ValueKind::kTable) && value.form == TableForm::kHeader) {
    sections.push_back({value.span.begin, OwnEnd(value)});
  }
  for (const Member& member : value.members) {
    if (IsSection(member.value)) CollectSections(member.value, sections);
  }
  for (const Value& item : value.items) CollectSections(item, sections);
}

/// Adds, changes and removes members of one table in the text.
class TableEditor {
 public:
  /// `enclosing` is the inline table around the members, if the table is inline or is written by
  /// dotted keys in an inline table.
  TableEditor(const Value& table, const Value* enclosing, std::string_view text, Patches& patches)
      : table_(table), enclosing_(enclosing), text_(text), patches_(patches) {}

  void Set(const Member* member, const std::string& key, const FieldValue& value) {
    if (member == nullptr) return Add(key, WriteField(value));
    // An unchanged value is not rewritten, so it keeps its quotes and the comments in its list.
    if (Same(member->value, ToValue(value))) return;
    patches_.Replace(member->value.span, WriteField(value));
  }

  void Remove(const Member& member) {
    if (enclosing_ != nullptr) {
      patches_.RemoveElement(enclosing_->span, member.key_span.begin);
    } else {
      patches_.RemoveLines({member.key_span.begin, member.value.span.end});
    }
  }

 private:
  void Add(const std::string& key, const std::string& value) {
    const std::string entry = Prefix() + key + " = " + value;
    if (enclosing_ != nullptr) return patches_.AddElement(enclosing_->span, entry);
    patches_.InsertLine(OwnEnd(table_), LastKey(table_), entry);
  }

  // The prefix of the keys of a table that is written by dotted keys: "custom_mapping.".
  std::string Prefix() const {
    if (table_.form != TableForm::kDotted) return {};
    const std::size_t key = LastKey(table_);
    std::size_t begin = LineBegin(text_, key);
    begin = text_.find_first_not_of(" \t", begin);
    if (enclosing_ != nullptr) {
      for (const Span element : Elements(text_, enclosing_->span)) {
        if (element.begin <= key && key < element.end) begin = element.begin;
      }
    }
    return std::string(text_.substr(begin, key - begin));
  }

  static std::size_t LastKey(const Value& table) {
    std::size_t last = table.span.begin;
    for (const Member& member : table.members) {
      if (!IsSection(member.value)) last = std::max(last, member.key_span.begin);
    }
    return last;
  }

  const Value& table_;
  const Value* enclosing_;
  std::string_view text_;
  Patches& patches_;
};

/// Plans the patches for one change.
class Planner {
 public:
  Planner(const Value& root, std::string_view text, Patches& patches)
      : root_(root), text_(text), patches_(patches) {}

  Result<void> operator()(const SetMapping& change) {
    const std::string key = Quoted(change.from);
    const Value* proxy = root_.Find("proxy");
    const Value* mapping = proxy == nullptr ? nullptr : proxy->Find("custom_mapping");
    if (mapping == nullptr) {
      StartMapping(proxy, key, change);
    } else if (mapping->form == TableForm::kImplied) {
      return Fail(ErrorCode::kConfig, "proxy.custom_mapping holds tables; expected only rules");
    } else {
      Editor(*mapping, proxy).Set(FindRule(*mapping, change.from), key, Targets(change.to));
    }
    return {};
  }

  Result<void> operator()(const UnsetMapping& change) {
    const Value* proxy = root_.Find("proxy");
    const Value* mapping = proxy == nullptr ? nullptr : proxy->Find("custom_mapping");
    const Member* member = mapping == nullptr ? nullptr : FindRule(*mapping, change.from);
    if (member == nullptr) {
      return Fail(ErrorCode::kNotFound, "the mapping has no rule for \"{}\"{}", change.from,
                  NearestRule(mapping, change.from));
    }
    Editor(*mapping, proxy).Remove(*member);
    return {};
  }

  Result<void> operator()(const SetSetting& change) {
    const std::string key = WriteKey(change.field.key);
    const std::string& first = change.table.front();
    const Value* table = root_.Find(first);
    if (change.table.size() == 1) return SetIn(table, &root_, first, change.field);
    const std::string& second = change.table.back();
    const Value* inner = table == nullptr ? nullptr : table->Find(second);
    if (inner != nullptr) return SetIn(inner, table, second, change.field);
    if (change.field.value) {
      StartTable(table, first, second, key + " = " + WriteField(*change.field.value));
    }
    return {};
  }

  Result<void> operator()(const PutEntry& change) {
    const Value* accounts = root_.Find(change.list);
    const int index = FindAccountIndex(accounts, change.name);
    if (index < 0) return AddAccount(accounts, change);
    return ChangeFields(accounts->items[static_cast<std::size_t>(index)], change.fields);
  }

  Result<void> operator()(const UpdateEntry& change) {
    const Value* accounts = root_.Find(change.list);
    const int index = FindAccountIndex(accounts, change.name);
    if (index < 0) return NotThere(change.list, change.name);
    return ChangeFields(accounts->items[static_cast<std::size_t>(index)], change.fields);
  }

  Result<void> operator()(const RemoveEntry& change) {
    const Value* accounts = root_.Find(change.list);
    const int index = FindAccountIndex(accounts, change.name);
    if (index < 0) return NotThere(change.list, change.name);
    const Value& account = accounts->items[static_cast<std::size_t>(index)];
    if (account.form == TableForm::kInline) {
      patches_.RemoveElement(accounts->span, account.span.begin);
      return {};
    }
    std::vector<Span> sections;
    CollectSections(account, sections);
    for (const Span section : sections) patches_.RemoveSection(section);
    return {};
  }

 private:
  /// `; did you mean "X"?` if a rule is near, and where the rules are listed.
  static std::string NearestRule(const Value* mapping, std::string_view from) {
    std::vector<std::string_view> names;
    if (mapping != nullptr) {
      for (const Member& rule : mapping->members) names.push_back(rule.key);
    }
    return DidYouMean(from, names) + "; `agm map list` shows what it has";
  }

  static Result<void> NotThere(std::string_view list, const std::string& name) {
    return Fail(ErrorCode::kNotFound,
                "there is no {} named \"{}\"; `agm {} list` shows those there are",
                list.substr(0, list.size() - 1), name, list);
  }

  // The editor for a table in [proxy], with the inline table around its members, if any.
  TableEditor Editor(const Value& table, const Value* parent) {
    const Value* enclosing = nullptr;
    if (table.form == TableForm::kInline) enclosing = &table;
    if (table.form == TableForm::kDotted && parent->form == TableForm::kInline) enclosing = parent;
    return {table, enclosing, text_, patches_};
  }

  /// Sets a field of a table that exists, or starts the table of the root.
  Result<void> SetIn(const Value* table, const Value* parent, const std::string& name,
                     const Field& field) {
    const std::string key = WriteKey(field.key);
    if (!field.value) {
      const Member* member = table == nullptr ? nullptr : table->FindMember(field.key);
      if (member != nullptr) Editor(*table, parent).Remove(*member);
      return {};
    }
    if (table == nullptr || table->form == TableForm::kImplied) {
      patches_.AppendSection({"[" + name + "]", key + " = " + WriteField(*field.value)});
      return {};
    }
    Editor(*table, parent).Set(table->FindMember(field.key), key, *field.value);
    return {};
  }

  /// Starts the table `outer.inner`, whose first line is given.
  void StartTable(const Value* outer, const std::string& outer_name, const std::string& inner,
                  const std::string& line) {
    const std::vector<std::string> section = {"[" + outer_name + "." + inner + "]", line};
    if (outer == nullptr || outer->form == TableForm::kDotted) {
      patches_.AppendSection(section);
    } else if (outer->form == TableForm::kInline) {
      patches_.AddElement(outer->span, inner + " = { " + line + " }");
    } else {
      patches_.InsertSection(WholeEnd(*outer), section);
    }
  }

  void StartMapping(const Value* proxy, const std::string& key, const SetMapping& change) {
    const std::string rule = key + " = " + WriteField(Targets(change.to));
    const std::vector<std::string> section = {"[proxy.custom_mapping]", rule};
    if (proxy == nullptr) {
      patches_.AppendSection(section);
    } else if (proxy->form == TableForm::kInline) {
      patches_.AddElement(proxy->span, "custom_mapping = { " + rule + " }");
    } else if (proxy->form == TableForm::kDotted) {
      Editor(*proxy, &root_).Set(nullptr, "custom_mapping." + key, Targets(change.to));
    } else {
      patches_.InsertSection(WholeEnd(*proxy), section);
    }
  }

  Result<void> AddAccount(const Value* accounts, const PutEntry& change) {
    std::vector<std::string> lines = {"name = " + Quoted(change.name)};
    for (const Field& field : change.fields) {
      if (field.value) lines.push_back(WriteKey(field.key) + " = " + WriteField(*field.value));
    }
    if (accounts != nullptr && !accounts->headers) {
      std::string table;
      for (const std::string& line : lines) table += (table.empty() ? "{ " : ", ") + line;
      patches_.AddElement(accounts->span, table + " }");
      return {};
    }
    lines.insert(lines.begin(), fmt::format("[[{}]]", change.list));
    if (accounts == nullptr) {
      patches_.AppendSection(lines);
    } else {
      patches_.InsertSection(WholeEnd(accounts->items.back()), lines);
    }
    return {};
  }

  Result<void> ChangeFields(const Value& account, const std::vector<Field>& fields) {
    TableEditor editor = Editor(account, &root_);
    for (const Field& field : fields) {
      const Member* member = account.FindMember(field.key);
      if (field.value) {
        editor.Set(member, WriteKey(field.key), *field.value);
      } else if (member != nullptr) {
        editor.Remove(*member);
      }
    }
    return {};
  }

  const Value& root_;
  std::string_view text_;
  Patches& patches_;
};

}  // namespace

Result<void> Plan(const Value& root, std::string_view text, const Change& change,
                  Patches& patches) {
  return std::visit(Planner(root, text, patches), change);
}

FieldValue Targets(const std::vector<std::string>& to) {
  return to.size() == 1 ? FieldValue(to.front()) : FieldValue(to);
}

std::string WriteField(const FieldValue& value) {
  return std::visit(
      [](const auto& held) -> std::string {
        using T = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<T, std::string>) return Quoted(held);
        if constexpr (std::is_same_v<T, Secret>) return Quoted(held.Reveal());
        if constexpr (std::is_same_v<T, Verbatim>) return held.text;
        if constexpr (std::is_same_v<T, bool>) return held ? "true" : "false";
        if constexpr (std::is_same_v<T, int>) return fmt::format("{}", held);
        if constexpr (std::is_same_v<T, std::vector<std::string>>) return QuotedList(held);
      },
      value);
}

const Member* FindRule(const Value& mapping, std::string_view from) {
  const auto at = std::ranges::find_if(mapping.members, [&](const Member& member) {
    return WithoutModelPrefix(member.key) == WithoutModelPrefix(from);
  });
  return at == mapping.members.end() ? nullptr : &*at;
}

int FindAccountIndex(const Value* accounts, std::string_view name) {
  if (accounts == nullptr) return -1;
  for (std::size_t i = 0; i < accounts->items.size(); ++i) {
    const Value* called = accounts->items[i].Find("name");
    if (called != nullptr && called->text == name) return static_cast<int>(i);
  }
  return -1;
}

}  // namespace agm::config
