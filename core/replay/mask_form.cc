#include "core/replay/mask_form.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/base/utf8.h"
#include "core/protocol/shared/form.h"

namespace agm::replay {
namespace {

constexpr std::string_view kBoundary = "agm-capture-boundary";
constexpr std::size_t kKept = 12;      ///< bytes of a file that tell its kind
constexpr std::size_t kLongest = 256;  ///< bytes of a file in the capture

/// Fields whose text is content.
constexpr std::array<std::string_view, 4> kContent = {"prompt", "input", "user", "text"};

std::string ExtensionOf(const std::string& filename) {
  const std::size_t dot = filename.rfind('.');
  if (dot == std::string::npos || filename.size() - dot > 6) return {};
  const std::string extension = filename.substr(dot);
  const bool plain = std::ranges::all_of(extension.substr(1), [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  });
  return plain ? extension : std::string();
}

std::string MaskFile(std::string_view data) {
  std::string masked(data.substr(0, kLongest));
  for (std::size_t i = std::min(kKept, masked.size()); i < masked.size(); ++i) masked[i] = 'A';
  return masked;
}

std::string MaskField(const protocol::FormPart& part, Texts texts) {
  const bool content = std::ranges::find(kContent, part.name) != kContent.end();
  return Mask(part.data, content ? texts : Texts::kKeep);
}

std::string OneLine(std::string_view text) {
  std::string line = ToUtf8(text);
  std::erase_if(line, [](char c) { return c == '"' || c == '\r' || c == '\n' || c == '\\'; });
  return line;
}

}  // namespace

Result<MaskedForm> MaskForm(std::string_view content_type, std::string_view body, Texts texts) {
  const auto parts = protocol::ReadForm(content_type, body);
  if (!parts) return parts.error();
  MaskedForm form{fmt::format("multipart/form-data; boundary={}", kBoundary), {}};
  for (const protocol::FormPart& part : *parts) {
    const bool file = !part.filename.empty();
    form.body += fmt::format("--{}\r\nContent-Disposition: form-data; name=\"{}\"", kBoundary,
                             OneLine(part.name));
    if (file) form.body += fmt::format("; filename=\"file{}\"", ExtensionOf(part.filename));
    if (!part.type.empty()) form.body += "\r\nContent-Type: " + OneLine(part.type);
    form.body += "\r\n\r\n" + (file ? MaskFile(part.data) : MaskField(part, texts)) + "\r\n";
  }
  form.body += fmt::format("--{}--\r\n", kBoundary);
  return form;
}

}  // namespace agm::replay
