#include "core/mock/sample.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/base/ascii.h"
#include "core/base/json_writer.h"
#include "core/base/utf8.h"
#include "core/mock/message.h"

namespace agm::mock {
namespace {

constexpr int kOptionalDepth = 4;  // deeper levels contain only required members
constexpr int kDeepest = 16;

// Decodes a step of a JSON pointer: "a/b~1c" is the path a, b/c.
std::string Unescape(std::string_view step) {
  std::string out;
  for (std::size_t i = 0; i < step.size(); ++i) {
    if (step[i] == '~' && i + 1 < step.size()) {
      out += step[++i] == '1' ? '/' : '~';
    } else {
      out += step[i];
    }
  }
  return out;
}

/// Writes one instance; several schemas at once act like allOf.
class Sampler {
 public:
  Sampler(JsonView root, std::string_view text, std::string& out)
      : root_(root), text_(text), json_(out) {}

  void Value(JsonView schema, int depth) {
    if (depth > kDeepest) {
      json_.Null();
      return;
    }
    std::vector<JsonView> all;
    Gather(schema, all, depth);
    for (const JsonView part : all) {
      if (const JsonView fixed = part.Find("const")) {
        json_.Raw(fixed.raw());
        return;
      }
    }
    for (const JsonView part : all) {
      for (const JsonView choice : part["enum"].items()) {
        json_.Raw(choice.raw());
        return;
      }
    }
    OfType(TypeOf(all), all, depth);
  }

 private:
  JsonView Resolve(std::string_view pointer) const {
    if (!pointer.starts_with('#')) return {};
    pointer.remove_prefix(1);
    JsonView at = root_;
    while (!pointer.empty() && at) {
      pointer.remove_prefix(1);
      const std::string_view step = pointer.substr(0, pointer.find('/'));
      at = at.Find(Unescape(step));
      pointer.remove_prefix(step.size());
    }
    return at;
  }

  // Collects the schema with all schemas that it refers to or consists of.
  void Gather(JsonView schema, std::vector<JsonView>& all, int depth) const {
    if (!schema.is(JsonKind::kObject) || depth > kDeepest || all.size() > 64) return;
    all.push_back(schema);
    if (const JsonView reference = schema["$ref"]) {
      Gather(Resolve(reference.text()), all, depth + 1);
    }
    for (const JsonView part : schema["allOf"].items()) Gather(part, all, depth + 1);
    JsonView choices = Field(schema, "anyOf");
    if (!choices) choices = schema["oneOf"];
    if (choices.size() > 0) Gather(Preferred(choices), all, depth + 1);
  }

  // The first choice that is not null, preferably one without a $ref.
  static JsonView Preferred(JsonView choices) {
    JsonView best;
    for (const JsonView choice : choices.items()) {
      if (AsciiLower(choice["type"].text()) == "null") continue;
      if (!best) best = choice;
      if (!choice["$ref"]) return choice;
    }
    if (best) return best;
    for (const JsonView choice : choices.items()) return choice;
    return {};
  }

  static std::string TypeOf(const std::vector<JsonView>& all) {
    for (const JsonView part : all) {
      const JsonView type = part["type"];
      if (type.is(JsonKind::kString)) return AsciiLower(type.text());
      for (const JsonView one : type.items()) {
        if (!one.equals("null")) return AsciiLower(one.text());
      }
    }
    if (Find(all, "properties")) return "object";
    return Find(all, "items") || Find(all, "prefixItems") ? "array" : "string";
  }

  static JsonView Find(const std::vector<JsonView>& all, std::string_view name) {
    for (const JsonView part : all) {
      if (const JsonView found = Field(part, name)) return found;
    }
    return {};
  }
  static std::optional<double> Number(const std::vector<JsonView>& all, std::string_view name) {
    return NumberOf(Find(all, name));
  }

  void OfType(const std::string& type, const std::vector<JsonView>& all, int depth) {
    if (type == "object") {
      Object(all, depth);
    } else if (type == "array") {
      Array(all, depth);
    } else if (type == "integer") {
      json_.Int(static_cast<std::int64_t>(std::ceil(Bounded(all, 7, 1))));
    } else if (type == "number") {
      // Each number is larger than the one before, so that an end time is after its start time.
      json_.Double(Bounded(all, 0.5 + ++numbers_, 0.5));
    } else if (type == "boolean") {
      json_.Bool(true);
    } else if (type == "null") {
      json_.Null();
    } else {
      String(all);
    }
  }

  void Object(const std::vector<JsonView>& all, int depth) {
    json_.Object();
    std::vector<std::string> done;
    for (const JsonView part : all) {
      for (const JsonMember member : part["properties"].members()) {
        const std::string name = member.key.text();
        if (std::ranges::count(done, name) > 0 || member.value.raw() == "false") continue;
        if (depth >= kOptionalDepth && !Required(all, name)) continue;
        done.push_back(name);
        json_.Key(name);
        Value(member.value, depth + 1);
      }
    }
    json_.EndObject();
  }

  static bool Required(const std::vector<JsonView>& all, std::string_view name) {
    for (const JsonView part : all) {
      for (const JsonView one : part["required"].items()) {
        if (one.equals(name)) return true;
      }
    }
    return false;
  }

  void Array(const std::vector<JsonView>& all, int depth) {
    json_.Array();
    const JsonView tuple = Find(all, "prefixItems");
    const JsonView items = Find(all, "items");
    std::size_t count = 0;
    for (const JsonView one : tuple.items()) {
      Value(one, depth + 1);
      ++count;
    }
    const double least = Number(all, "minItems").value_or(0);
    const double most = Number(all, "maxItems").value_or(64);
    // An optional array gets one item, to show its form; at greater depth none.
    const double wanted =
        depth >= kOptionalDepth || (tuple && !items) ? least : std::max(1.0, least);
    while (static_cast<double>(count) < std::min({wanted, most, 64.0})) {
      Value(items, depth + 1);
      ++count;
    }
    json_.EndArray();
  }

  // Returns `wanted` if the bounds allow it, else the nearest allowed value.
  static double Bounded(const std::vector<JsonView>& all, double wanted, double step) {
    const auto multiple = Number(all, "multipleOf");
    if (multiple && *multiple > 0) step = *multiple;
    if (multiple && *multiple > 0) wanted = *multiple * std::ceil(wanted / *multiple);
    if (const auto low = Number(all, "minimum")) wanted = std::max(wanted, *low);
    if (const auto low = Number(all, "exclusiveMinimum"); low && wanted <= *low) {
      wanted = *low + step;
    }
    if (const auto high = Number(all, "maximum")) wanted = std::min(wanted, *high);
    if (const auto high = Number(all, "exclusiveMaximum"); high && wanted >= *high) {
      wanted = *high - step;
    }
    if (!multiple || *multiple <= 0) return wanted;
    const double up = *multiple * std::ceil(wanted / *multiple);
    const auto high = Number(all, "maximum");
    return high && up > *high ? *multiple * std::floor(wanted / *multiple) : up;
  }

  void String(const std::vector<JsonView>& all) {
    const std::string format = Find(all, "format").text();
    if (format == "date-time") return Put("2026-01-02T03:04:05Z");
    if (format == "date") return Put("2026-01-02");
    if (format == "time") return Put("03:04:05Z");
    if (format == "email") return Put("mock@example.com");
    if (format == "uri") return Put("https://example.com/mock");
    if (format == "uuid") return Put("00000000-0000-4000-8000-000000000000");
    std::string text(text_);
    const auto least =
        static_cast<std::size_t>(std::clamp(Number(all, "minLength").value_or(0), 0.0, 10'000.0));
    const auto most =
        static_cast<std::size_t>(std::clamp(Number(all, "maxLength").value_or(200), 0.0, 10'000.0));
    for (std::size_t n = CountCodePoints(text); n < least; ++n) text += '.';
    std::size_t end = 0;
    for (std::size_t n = 0; n < most && end < text.size(); ++n) {
      end += std::max<std::size_t>(1, Utf8Sequence(std::string_view(text).substr(end)));
    }
    Put(std::string_view(text).substr(0, end));
  }

  void Put(std::string_view text) { json_.String(text); }

  JsonView root_;
  std::string_view text_;
  JsonWriter json_;
  int numbers_ = 0;  // numbers written so far
};

}  // namespace

std::string SampleOf(JsonView schema, std::string_view text) {
  std::string out;
  Sampler(schema, text, out).Value(schema, 0);
  return out;
}

}  // namespace agm::mock
