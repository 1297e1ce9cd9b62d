#pragma once

#include <string>

#include "core/config/document.h"
#include "core/config/edit.h"
#include "core/config/patches.h"

namespace agm::config {

/// Collects the patches that make `change`; none if the text already has it. kNotFound if the rule
/// or account does not exist, kConfig if the text's notation cannot be edited.
Result<void> Plan(const Value& root, std::string_view text, const Change& change, Patches& patches);

/// Makes `change` in the tree. EditFile compares the result with the new text's tree, as a proof.
void Apply(const Change& change, Value& root);

/// Writes a field's value as TOML, and converts it to a tree value.
std::string WriteField(const FieldValue& value);
Value ToValue(const FieldValue& value);
/// A rule's targets: one target is written as a string, several as a list.
FieldValue Targets(const std::vector<std::string>& to);

/// Finds the rule for a name, with or without a prefix such as models/; nullptr if there is none.
const Member* FindRule(const Value& mapping, std::string_view from);
/// The index of the account in the array, or -1.
int FindAccountIndex(const Value* accounts, std::string_view name);

}  // namespace agm::config
