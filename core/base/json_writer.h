#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace agm {

/// Appends `text` as a JSON string, quotes included. `text` must be UTF-8 (see ToUtf8): what was
/// read by JsonDoc is. Non-ASCII characters stand as they are.
void AppendJsonString(std::string& out, std::string_view text);

/// Writes one JSON value to the end of a string, without building a tree. Commas are put where
/// they belong; matching every Object and Array with its End is up to the caller.
///
///   std::string out;
///   JsonWriter json(out);
///   json.Object().Key("model").String(model).Key("n").Int(1).EndObject();
///
/// Thread safety: one thread at a time.
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out), start_(out.size()) {}

  JsonWriter& Object() { return Begin('{'); }
  JsonWriter& EndObject() { return End('}'); }
  JsonWriter& Array() { return Begin('['); }
  JsonWriter& EndArray() { return End(']'); }
  /// A member's name: a literal of ours or a client's text, escaped either way.
  JsonWriter& Key(std::string_view name);
  JsonWriter& String(std::string_view text);
  JsonWriter& Int(std::int64_t value);
  /// Shortest text that reads back as the same double: 0.7 stays 0.7. Not finite: null.
  JsonWriter& Double(double value);
  JsonWriter& Bool(bool value) { return Raw(value ? "true" : "false"); }
  JsonWriter& Null() { return Raw("null"); }
  /// A value that is JSON already.
  JsonWriter& Raw(std::string_view json);
  /// Several members or values, already serialised and separated by commas; may be empty.
  JsonWriter& RawMembers(std::string_view members) {
    return members.empty() ? *this : Raw(members);
  }

 private:
  JsonWriter& Begin(char open);
  JsonWriter& End(char close);
  void Comma();

  std::string& out_;
  std::size_t start_;
};

}  // namespace agm
