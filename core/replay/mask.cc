#include "core/replay/mask.h"

#include <algorithm>
#include <array>
#include <regex>

#include "core/base/json.h"
#include "core/base/secret.h"
#include "core/base/utf8.h"

namespace agm::replay {
namespace {

constexpr int kDepth = 256;
constexpr std::size_t kLongestForRegex = 4'000;

/// Members whose text is part of the request's form and not of its content.
constexpr std::array<std::string_view, 46> kForm = {"type",
                                                    "role",
                                                    "model",
                                                    "object",
                                                    "name",
                                                    "status",
                                                    "code",
                                                    "reason",
                                                    "finish_reason",
                                                    "finishReason",
                                                    "format",
                                                    "mode",
                                                    "effort",
                                                    "detail",
                                                    "stop_reason",
                                                    "mimeType",
                                                    "mime_type",
                                                    "media_type",
                                                    "@type",
                                                    "quotaId",
                                                    "quotaMetric",
                                                    "retryDelay",
                                                    "modelVersion",
                                                    "required",
                                                    "enum",
                                                    "$ref",
                                                    "$schema",
                                                    "propertyOrdering",
                                                    "tool_choice",
                                                    "service_tier",
                                                    "responseMimeType",
                                                    "functionCallingConfig",
                                                    "allowedFunctionNames",
                                                    "blockReason",
                                                    "category",
                                                    "probability",
                                                    "modality",
                                                    "event",
                                                    "service",
                                                    "domain",
                                                    "summary",
                                                    "verbosity",
                                                    "thinkingLevel",
                                                    "threshold",
                                                    "quotaValue",
                                                    "syntax"};

/// Members that hold media or opaque data in base64.
constexpr std::array<std::string_view, 6> kData = {
    "data", "b64_json", "file_data", "signature", "thoughtSignature", "encrypted_content"};

template <std::size_t N>
bool Among(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

// One character of the same length in bytes and of the same class.
void AppendMasked(std::string& out, std::string_view character) {
  const char c = character.front();
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  if (character.size() == 2) {
    out += "é";
  } else if (character.size() == 3) {
    out += "字";
  } else if (character.size() == 4) {
    out += "😀";
  } else if (letter) {
    out += 'x';
  } else if (c >= '0' && c <= '9') {
    out += '1';
  } else {
    out += c;
  }
}

std::string MaskText(std::string_view text) {
  std::string out;
  const std::string valid = ToUtf8(text);
  for (std::size_t at = 0; at < valid.size();) {
    const auto lead = static_cast<unsigned char>(valid[at]);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    AppendMasked(out, std::string_view(valid).substr(at, size));
    at += size;
  }
  return out;
}

// Opaque data keeps its length, since decoders check it; its first bytes tell the kind of media.
std::string MaskData(const std::string& data) {
  constexpr std::size_t kKept = 12;
  std::string out = data;
  for (std::size_t i = std::min(kKept, out.size()); i < out.size(); ++i) {
    if (out[i] != '=') out[i] = 'A';
  }
  return out;
}

std::string MaskString(const std::string& key, const std::string& text, bool in_error,
                       Texts texts) {
  if (text.starts_with("data:")) {
    const std::size_t comma = text.find(',');
    return comma == std::string::npos
               ? "data:,"
               : text.substr(0, comma + 1) + MaskData(text.substr(comma + 1));
  }
  if (Among(kData, key) && text.size() > 16) return MaskData(text);
  const bool keep = texts == Texts::kKeep || Among(kForm, key) || in_error;
  return keep ? MaskSecrets(text) : MaskText(text);
}

Json MaskJson(const std::string& key, const Json& value, bool in_error, Texts texts) {
  if (value.is_string()) return MaskString(key, value.get<std::string>(), in_error, texts);
  if (value.is_array()) {
    Json list = Json::array();
    for (const Json& item : value) list.push_back(MaskJson(key, item, in_error, texts));
    return list;
  }
  if (!value.is_object()) return value;
  Json object = Json::object();
  for (const auto& [name, member] : value.items()) {
    // Members called "name" and so on are form, but not below "properties", where they are names.
    const std::string& as = key == "properties" ? key : name;
    object[name] = MaskJson(as, member, in_error || name == "error", texts);
  }
  return object;
}

std::string MaskLine(std::string_view line, Texts texts) {
  constexpr std::string_view kPrefix = "data:";
  if (line.starts_with(kPrefix)) {
    std::string_view json = line.substr(kPrefix.size());
    const std::size_t blank = json.starts_with(' ') ? 1 : 0;
    const auto parsed = ParseJson(json.substr(blank), kDepth);
    if (parsed) {
      return std::string(kPrefix) + (blank > 0 ? " " : "") +
             DumpJson(MaskJson("", *parsed, false, texts));
    }
  }
  const bool form = line.starts_with("event:") || line.starts_with("id:") ||
                    line.starts_with(":") || line == "data: [DONE]";
  if (form || texts == Texts::kKeep) return MaskSecrets(line);
  return MaskText(line);
}

// A prefix of a vendor's keys, with the text behind it.
std::string KeyPattern() {
  std::string prefixes = "rk-|pk-";
  for (const std::string_view prefix : kKeyPrefixes) {
    prefixes += '|';
    for (const char c : prefix) prefixes += c == '.' ? "\\." : std::string(1, c);
  }
  return "(" + prefixes + ")[0-9A-Za-z_-]{8,}(\\.[0-9A-Za-z_-]+)*";
}

}  // namespace

std::string MaskSecrets(std::string_view text) {
  struct Rule {
    /// What every match holds. The pattern, which is slow, is tried only where this stands.
    const char* holds;
    std::regex pattern;
    const char* with;
  };
  static const std::array<Rule, 6> kSecrets = {{
      {"", std::regex(KeyPattern()), "KEY"},
      {"earer ", std::regex("[Bb]earer +[0-9A-Za-z._~+/-]{8,}=*"), "Bearer KEY"},
      {"@", std::regex("[0-9A-Za-z._%+-]+@[0-9A-Za-z-]+(\\.[0-9A-Za-z-]+)+"),
       "someone@example.com"},
      {".", std::regex("\\b[0-9]{1,3}(\\.[0-9]{1,3}){3}\\b"), "192.0.2.1"},
      {"projects/", std::regex("projects/[0-9A-Za-z:._-]+"), "projects/project"},
      {"key=", std::regex("([?&]key=)[^&\\s\"]+"), "$1KEY"},
  }};
  std::string out;
  // In pieces, because std::regex recurses for each character.
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = std::min(text.size(), at + kLongestForRegex);
    if (end < text.size()) {
      const std::size_t blank = text.substr(at, end - at).find_last_of(" \n\t,;");
      if (blank != std::string_view::npos && blank > 0) end = at + blank;
    }
    std::string piece(text.substr(at, end - at));
    for (const Rule& rule : kSecrets) {
      if (piece.find(rule.holds) == std::string::npos) continue;
      piece = std::regex_replace(piece, rule.pattern, rule.with);
    }
    out += piece;
    at = end;
  }
  return out;
}

std::string Mask(std::string_view body, Texts texts) {
  if (const auto json = ParseJson(body, kDepth)) {
    return DumpJson(MaskJson("", *json, false, texts));
  }
  std::string out;
  while (!body.empty()) {
    const std::size_t end = std::min(body.find('\n'), body.size());
    std::string_view line = body.substr(0, end);
    const bool cr = line.ends_with('\r');
    if (cr) line.remove_suffix(1);
    out += MaskLine(line, texts);
    if (cr) out += '\r';
    if (end < body.size()) out += '\n';
    body.remove_prefix(std::min(end + 1, body.size()));
  }
  return out;
}

}  // namespace agm::replay
