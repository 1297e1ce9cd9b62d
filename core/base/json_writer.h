#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace agm {

/// Appends `text` as a JSON string with its quotes. `text` must be UTF-8 (see ToUtf8; text that
/// JsonDoc has read is). Non-ASCII characters are not escaped.
void AppendJsonString(std::string& out, std::string_view text);

/// Writes one JSON value to the end of a string, without building a tree. It inserts the commas;
/// the caller must match each Object() and Array() with its End.
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
  /// Writes a member's name, escaped.
  JsonWriter& Key(std::string_view name);
  /// Writes a member's name that is a literal and needs no escape.
  template <std::size_t kSize>
  JsonWriter& Key(const char (&name)[kSize]);
  JsonWriter& String(std::string_view text);
  JsonWriter& Int(std::int64_t value);
  /// Writes the shortest text that reads back as the same double: 0.7 stays 0.7. NaN, infinity:
  /// null.
  JsonWriter& Double(double value);
  JsonWriter& Bool(bool value) { return Raw(value ? "true" : "false"); }
  JsonWriter& Null() { return Raw("null"); }
  /// Writes a value that is already JSON.
  JsonWriter& Raw(std::string_view json);
  /// Writes several members or values that are already serialised and comma-separated; may be
  /// empty.
  JsonWriter& RawMembers(std::string_view members) {
    return members.empty() ? *this : Raw(members);
  }

 private:
  JsonWriter& Begin(char open);
  JsonWriter& End(char close);
  /// True if a comma must stand before the next member or value.
  bool NeedsComma() const {
    if (out_.size() == start_) return false;
    const char last = out_.back();
    return last != '{' && last != '[' && last != ':';
  }
  void Comma() {
    if (NeedsComma()) out_ += ',';
  }

  std::string& out_;
  std::size_t start_;
};

// One append for the comma, the quotes, the name and the colon.
template <std::size_t kSize>
JsonWriter& JsonWriter::Key(const char (&name)[kSize]) {
  constexpr std::size_t kLength = kSize - 1;
  std::array<char, kLength + 4> text;
  text[0] = ',';
  text[1] = '"';
  std::memcpy(&text[2], name, kLength);
  text[kLength + 2] = '"';
  text[kLength + 3] = ':';
  const std::size_t skipped = NeedsComma() ? 0 : 1;
  out_.append(text.data() + skipped, text.size() - skipped);
  return *this;
}

}  // namespace agm
