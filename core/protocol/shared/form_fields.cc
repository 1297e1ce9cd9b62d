#include "core/protocol/shared/form_fields.h"

#include "core/base/ascii.h"
#include "core/base/json_doc.h"
#include "core/base/json_writer.h"
#include "core/base/utf8.h"

namespace agm::protocol {
namespace {

bool IsCalled(const FormPart& part, std::string_view name) {
  const std::string_view called = part.name;
  if (!called.starts_with(name)) return false;
  const std::string_view index = called.substr(name.size());
  return index.empty() || (index.starts_with('[') && index.ends_with(']'));
}

// The parts of a scalar field: those with exactly its name.
std::vector<const FormPart*> PartsOf(std::span<const FormPart> parts, const FormField& field) {
  auto found = FormFiles(parts, field.name);
  if (field.kind == FormKind::kTexts) return found;
  std::erase_if(found, [&](const FormPart* part) { return part->name != field.name; });
  return found;
}

bool IsNumber(std::string_view text) {
  const auto doc = JsonDoc::Parse(text);
  return doc && doc->root().is(JsonKind::kNumber);
}

// Python clients send True.
bool IsBool(std::string_view lower) { return lower == "true" || lower == "false"; }

void WriteScalar(JsonWriter& json, const FormField& field, std::string_view text) {
  const std::string lower = AsciiLower(std::string(text.substr(0, 8)));
  const bool plain = field.kind == FormKind::kText;
  if (!plain && (text.empty() || text == "null")) return;
  json.Key(field.name);
  const bool raw = (field.kind == FormKind::kNumber && IsNumber(text)) ||
                   (field.kind == FormKind::kBool && IsBool(lower));
  if (!raw) {
    json.String(text);
  } else {
    json.Raw(field.kind == FormKind::kBool ? std::string_view(lower) : text);
  }
}

void WriteList(JsonWriter& json, const FormField& field,
               const std::vector<const FormPart*>& parts) {
  json.Key(field.name).Array();
  for (const FormPart* part : parts) json.String(part->data);
  json.EndArray();
}

}  // namespace

Result<std::string> FormAsJson(std::span<const FormPart> parts, std::span<const FormField> fields) {
  std::string out;
  JsonWriter json(out);
  json.Object();
  for (const FormField& field : fields) {
    const auto found = PartsOf(parts, field);
    if (found.empty()) continue;
    for (const FormPart* part : found) {
      if (IsUtf8(part->data)) continue;
      return Invalid("invalid_value", field.name,
                     fmt::format("{}: expected text in UTF-8", field.name));
    }
    if (field.kind == FormKind::kTexts) {
      WriteList(json, field, found);
    } else {
      WriteScalar(json, field, found.back()->data);
    }
  }
  json.EndObject();
  return out;
}

std::vector<const FormPart*> FormFiles(std::span<const FormPart> parts, std::string_view name) {
  std::vector<const FormPart*> found;
  for (const FormPart& part : parts) {
    if (IsCalled(part, name)) found.push_back(&part);
  }
  return found;
}

}  // namespace agm::protocol
