#include "cli/key_source.h"

#include <algorithm>
#include <filesystem>

#include "core/base/file.h"
#include "core/base/secret.h"

namespace agm::cli {
namespace {

constexpr std::size_t kLongest = 64U << 10U;

/// Removes the space around a key; `from` names the source in errors.
Result<Secret> Trimmed(const std::string& text, const std::string& from) {
  constexpr std::string_view kSpace = " \t\r\n\v\f";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string::npos) return Fail(ErrorCode::kConfig, "{}: there is no key", from);
  const std::size_t end = text.find_last_not_of(kSpace) + 1;
  const std::string key = text.substr(begin, end - begin);
  const bool whole = std::ranges::all_of(key, [](char c) { return c > ' ' && c < '\x7f'; });
  if (!whole) {
    return Fail(ErrorCode::kConfig, "{}: expected one key, found space or odd characters in it",
                from);
  }
  return Secret(key);
}

Result<ReadKey> FromVariable(const Context& context, const std::string& flag,
                             const std::string& name) {
  if (!IsVariableName(name)) {
    return Fail(ErrorCode::kConfig,
                "{}-env: expected the name of an environment variable, not a key", flag);
  }
  auto value = context.Env(name);
  if (!value) return Fail(ErrorCode::kConfig, "{}-env: {} is not set", flag, name);
  auto key = Trimmed(*value, flag + "-env " + name);
  if (!key) return std::move(key).error();
  return ReadKey{std::move(*key), name, {}};
}

Result<ReadKey> FromFile(const std::string& flag, const std::string& name) {
  std::error_code ignored;
  const auto path = std::filesystem::absolute(name, ignored).lexically_normal();
  auto text = ReadFile(path, kLongest);
  if (!text) return Fail(ErrorCode::kConfig, "{}-file: {}", flag, text.error().message);
  auto key = Trimmed(*text, flag + "-file " + name);
  if (!key) return std::move(key).error();
  return ReadKey{std::move(*key), {}, path.string()};
}

}  // namespace

Result<ReadKey> TakeKey(const Context& context, const KeySource& source) {
  if (source.variable) return FromVariable(context, source.flag, *source.variable);
  if (source.file) return FromFile(source.flag, *source.file);
  auto text = context.io().ReadAll(kLongest);
  if (!text) return std::move(text).error();
  auto key = Trimmed(*text, "standard input");
  if (!key) return std::move(key).error();
  return ReadKey{std::move(*key), {}, {}};
}

Result<ReadKey> AskForKey(const Context& context, const std::string& prompt) {
  if (!context.io().in_is_terminal) {
    return Fail(ErrorCode::kInvalidRequest,
                "no key is given, and there is no terminal to ask on; use --api-key-stdin, "
                "--api-key-env VAR or --api-key-file FILE");
  }
  auto typed = context.io().AskSecret(prompt);
  if (!typed) return std::move(typed).error();
  if (typed->Reveal().find_first_not_of(" \t\r") == std::string::npos) return ReadKey{};
  auto key = Trimmed(typed->Reveal(), "the typed text");
  if (!key) return std::move(key).error();
  return ReadKey{std::move(*key), {}, {}};
}

}  // namespace agm::cli
