// Forms with files (multipart/form-data):
//
//   body      := [preamble CRLF] delimiter CRLF part* close
//   part      := header* CRLF data CRLF delimiter (CRLF | "--")
//   delimiter := "--" boundary, at the beginning of a line
//   header    := name ":" value [";" parameter "=" (token | quoted)]* CRLF
//
// A line that only begins like the boundary is data.

#include "core/protocol/shared/form.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/base/ascii.h"
#include "core/base/percent.h"
#include "core/base/utf8.h"
#include "core/protocol/shared/mime.h"

namespace agm::protocol {
namespace {

constexpr std::size_t kMaxBoundary = 70;  // RFC 2046
constexpr std::string_view kBlanks = " \t";

std::string_view Trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

Error Broken(std::string_view what) {
  return Invalid("invalid_form", "", fmt::format("the form cannot be read: {}", what));
}

Error BrokenPart(std::size_t number, std::string_view what) {
  return Broken(fmt::format("part {}: {}", number, what));
}

/// Takes `; name=value` and `; name="value"` from a header's value, one at a time.
class Parameters {
 public:
  explicit Parameters(std::string_view text) : text_(text) { Skip(text_.find(';')); }

  struct Parameter {
    std::string name;  ///< in lower case
    std::string value;
  };

  /// nullopt after the last parameter, or if the rest is malformed.
  std::optional<Parameter> Next() {
    text_ = text_.substr(std::min(text_.find_first_not_of(" \t;"), text_.size()));
    const std::size_t equals = text_.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    Parameter parameter{AsciiLower(std::string(Trimmed(text_.substr(0, equals)))), {}};
    text_ = text_.substr(equals + 1);
    text_ = text_.substr(std::min(text_.find_first_not_of(kBlanks), text_.size()));
    if (text_.starts_with('"')) {
      if (!Quoted(parameter.value)) return std::nullopt;
    } else {
      const std::string_view token = text_.substr(0, text_.find(';'));
      parameter.value = Trimmed(token);
      text_.remove_prefix(token.size());
    }
    return parameter;
  }

 private:
  void Skip(std::size_t to) { text_ = text_.substr(std::min(to, text_.size())); }

  // Only \" and \\ are escapes, because some clients send "C:\new.wav" without escaping.
  bool Quoted(std::string& value) {
    for (std::size_t i = 1; i < text_.size(); ++i) {
      if (text_[i] == '"') {
        Skip(i + 1);
        return true;
      }
      const bool escape =
          text_[i] == '\\' && i + 1 < text_.size() && (text_[i + 1] == '"' || text_[i + 1] == '\\');
      value += text_[escape ? ++i : i];
    }
    return false;
  }

  std::string_view text_;
};

// Browsers encode only quotes and line ends in names, as %22, %0D and %0A.
std::string FromBrowser(std::string text) {
  constexpr std::pair<std::string_view, char> kEscapes[] = {
      {"%22", '"'}, {"%0D", '\r'}, {"%0A", '\n'}, {"%0d", '\r'}, {"%0a", '\n'}};
  for (const auto& [escape, character] : kEscapes) {
    for (std::size_t at = text.find(escape); at != std::string::npos; at = text.find(escape, at)) {
      text.replace(at, escape.size(), 1, character);
    }
  }
  return text;
}

// Decodes charset'language'percent-encoded; nullopt for charsets other than UTF-8.
std::optional<std::string> FromExtended(std::string_view text) {
  const std::size_t first = text.find('\'');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = text.find('\'', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  if (AsciiLower(std::string(text.substr(0, first))) != "utf-8") return std::nullopt;
  std::string name = PercentDecode(text.substr(second + 1));
  if (!IsUtf8(name)) return std::nullopt;
  return name;
}

std::string WithoutFolders(std::string name) {
  const std::size_t slash = name.find_last_of("/\\");
  return slash == std::string::npos ? name : name.substr(slash + 1);
}

Result<std::string> BoundaryOf(std::string_view content_type) {
  Parameters parameters(content_type);
  while (auto parameter = parameters.Next()) {
    if (parameter->name != "boundary") continue;
    if (parameter->value.empty() || parameter->value.size() > kMaxBoundary) {
      return Broken(fmt::format("expected a boundary of 1 to {} characters", kMaxBoundary));
    }
    return std::move(parameter->value);
  }
  return Broken("the Content-Type names no boundary");
}

class FormReader {
 public:
  FormReader(std::string_view body, const std::string& boundary, FormLimits limits)
      : body_(body), delimiter_("\r\n--" + boundary), limits_(limits) {}

  Result<std::vector<FormPart>> Read() {
    if (!Begin()) return Broken("expected a line of two dashes and the Content-Type's boundary");
    while (!closed_) {
      const std::size_t number = parts_.size() + 1;
      if (number > limits_.parts) {
        return Broken(fmt::format("expected at most {} parts", limits_.parts));
      }
      FormPart part;
      if (auto good = ReadHead(number, part); !good) return std::move(good).error();
      if (!ReadData(part)) {
        return BrokenPart(number, "it is cut off: expected the boundary after it");
      }
      parts_.push_back(std::move(part));
    }
    return std::move(parts_);
  }

 private:
  // The first boundary is at the start of the body, or of a line.
  bool Begin() {
    const std::string_view first = std::string_view(delimiter_).substr(2);
    if (body_.starts_with(first) && EndsDelimiter(first.size())) return true;
    return FindDelimiter().has_value();
  }

  // Checks the text after a delimiter: "--" closes the form, a line end begins a part. False if it
  // was not a delimiter.
  bool EndsDelimiter(std::size_t at) {
    closed_ = body_.substr(at).starts_with("--");
    if (closed_) return true;
    const std::size_t end = std::min(body_.find_first_not_of(kBlanks, at), body_.size());
    if (!body_.substr(end).starts_with("\r\n")) return false;
    at_ = end + 2;
    return true;
  }

  // Finds the end of the data before the next delimiter, and moves after that delimiter.
  std::optional<std::size_t> FindDelimiter() {
    // In an empty part the line end before the delimiter is the one that ends the headers.
    std::size_t from = at_ >= 2 ? at_ - 2 : 0;
    for (;;) {
      const std::size_t found = body_.find(delimiter_, from);
      if (found == std::string_view::npos) return std::nullopt;
      if (EndsDelimiter(found + delimiter_.size())) return found;
      from = found + 1;
    }
  }

  bool ReadData(FormPart& part) {
    const std::size_t begin = at_;
    const auto end = FindDelimiter();
    if (!end) return false;
    if (*end > begin) part.data = body_.substr(begin, *end - begin);
    return true;
  }

  Result<void> ReadHead(std::size_t number, FormPart& part) {
    const std::size_t limit = at_ + limits_.head;
    bool named = false;
    for (;;) {
      const std::size_t end = body_.find("\r\n", at_);
      if (end == std::string_view::npos || end > limit) {
        const bool cut = body_.size() <= limit;
        return BrokenPart(number, cut ? "its headers are cut off: expected an empty line"
                                      : fmt::format("its headers pass {} bytes", limits_.head));
      }
      const std::string_view line = body_.substr(at_, end - at_);
      at_ = end + 2;
      if (line.empty()) break;
      if (auto good = ReadHeader(number, line, part, named); !good) return good;
    }
    if (!named) return BrokenPart(number, "expected a Content-Disposition with a name");
    return {};
  }

  static Result<void> ReadHeader(std::size_t number, std::string_view line, FormPart& part,
                                 bool& named) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
      return BrokenPart(number, "expected headers of the form `name: value`");
    }
    const std::string name = AsciiLower(std::string(Trimmed(line.substr(0, colon))));
    const std::string value = ToUtf8(Trimmed(line.substr(colon + 1)));
    if (name == "content-type") part.type = value;
    if (name == "content-disposition") named = ReadDisposition(value, part);
    if (name != "content-transfer-encoding") return {};
    const std::string encoding = AsciiLower(value);
    if (encoding == "binary" || encoding == "8bit" || encoding == "7bit") return {};
    return BrokenPart(number, "it is encoded; expected plain bytes");
  }

  // True if it contains the part's name.
  static bool ReadDisposition(std::string_view value, FormPart& part) {
    Parameters parameters(value);
    std::optional<std::string> extended;
    while (auto parameter = parameters.Next()) {
      if (parameter->name == "name") part.name = FromBrowser(std::move(parameter->value));
      if (parameter->name == "filename") part.filename = FromBrowser(std::move(parameter->value));
      if (parameter->name == "filename*") extended = FromExtended(parameter->value);
    }
    part.filename = WithoutFolders(extended ? *std::move(extended) : std::move(part.filename));
    return !part.name.empty();
  }

  std::string_view body_;
  const std::string delimiter_;
  const FormLimits limits_;
  std::size_t at_ = 0;
  bool closed_ = false;
  std::vector<FormPart> parts_;
};

}  // namespace

bool IsForm(std::string_view content_type) {
  return CanonicalMime(content_type) == "multipart/form-data";
}

Error UnreadableType(std::string_view content_type, std::string_view expected) {
  const std::string found = CanonicalMime(content_type);
  Error error = Fail(ErrorCode::kUnsupportedMedia, "this route reads {}, found {}", expected,
                     found.empty() ? "no Content-Type" : found);
  error.reason = "unsupported_media_type";
  return error;
}

Result<std::vector<FormPart>> ReadForm(std::string_view content_type, std::string_view body,
                                       FormLimits limits) {
  const auto boundary = BoundaryOf(content_type);
  if (!boundary) return boundary.error();
  return FormReader(body, *boundary, limits).Read();
}

std::string WithField(std::string_view content_type, std::string body, std::string_view name,
                      std::string_view value) {
  const auto boundary = BoundaryOf(content_type);
  if (!boundary || value.find_first_of("\r\n") != std::string_view::npos) return body;
  const std::size_t end = body.rfind("--" + *boundary + "--");
  if (end == std::string::npos) return body;
  body.insert(end, fmt::format("--{}\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n{}\r\n",
                               *boundary, name, value));
  return body;
}

}  // namespace agm::protocol
