#pragma once

#include <string>

#include "core/config/document.h"
#include "core/config/edit.h"
#include "core/config/patches.h"

namespace agm::config {

/// Collects the patches that make `change`; kNotFound where there is nothing to change, kConfig
/// where the text is written in a way that cannot be edited. Nothing to do is no patch.
Result<void> Plan(const Value& root, std::string_view text, const Change& change, Patches& patches);

/// Makes `change` in the tree, as the proof of what the text must say afterwards.
void Apply(const Change& change, Value& root);

/// A field's value as TOML, and as the tree has it.
std::string WriteField(const FieldValue& value);
Value ToValue(const FieldValue& value);
/// A rule's targets: one is written as a string, more as a list.
FieldValue Targets(const std::vector<std::string>& to);

/// Finds the rule for that name, with or without a prefix such as models/.
const Member* FindRule(const Value& mapping, std::string_view from);
/// The index of the account in the array, or -1.
int FindAccountIndex(const Value* accounts, std::string_view name);

}  // namespace agm::config
