#include "cli/clients/journal.h"

#include <system_error>

#include "core/base/file.h"

namespace agm::cli {
namespace {

std::filesystem::path FileOf(const std::filesystem::path& state_folder, std::string_view client) {
  return state_folder / "clients" / (std::string(client) + ".json");
}

Json Optional(const std::optional<std::string>& text) { return text ? Json(*text) : Json(); }

std::optional<std::string> TextOf(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

Json Write(const SetFileRecord& file) {
  Json keys = Json::array();
  for (const SetKeyRecord& key : file.keys) {
    keys.push_back({{"path", key.path},
                    {"before", Optional(key.before)},
                    {"after", key.after},
                    {"tables", key.tables}});
  }
  return {{"path", file.path.string()},
          {"format", static_cast<int>(file.format)},
          {"before", Optional(file.before)},
          {"after", file.after},
          {"mode", file.mode},
          {"first_folder", file.first_folder.string()},
          {"keys", keys},
          {"secrets", file.secrets}};
}

SetFileRecord Read(const Json& json) {
  SetFileRecord file;
  file.path = json.at("path").get<std::string>();
  file.format = static_cast<Format>(json.at("format").get<int>());
  file.before = TextOf(json, "before");
  file.after = json.at("after").get<std::string>();
  file.mode = json.at("mode").get<unsigned>();
  file.first_folder = json.at("first_folder").get<std::string>();
  for (const Json& key : json.at("keys")) {
    file.keys.push_back({key.at("path").get<KeyPath>(), TextOf(key, "before"),
                         key.at("after").get<std::string>(), key.at("tables").get<std::size_t>()});
  }
  if (const auto secrets = json.find("secrets"); secrets != json.end()) {
    file.secrets = secrets->get<std::vector<std::string>>();
  }
  return file;
}

}  // namespace

Result<std::optional<Journal>> LoadJournal(const std::filesystem::path& state_folder,
                                           std::string_view client) {
  const auto path = FileOf(state_folder, client);
  const auto text = ReadFile(path);
  if (!text && text.error().code == ErrorCode::kNotFound) return std::optional<Journal>();
  if (!text) return text.error();
  const auto json = ParseJson(*text);
  Journal journal;
  try {
    if (!json) return json.error();
    for (const Json& file : json->at("files")) journal.push_back(Read(file));
  } catch (const Json::exception&) {
    return Fail(ErrorCode::kIo, "{}: not a journal of `agm clients set`", path.string());
  }
  return std::optional(std::move(journal));
}

Result<void> SaveJournal(const std::filesystem::path& state_folder, std::string_view client,
                         const Journal& journal) {
  const auto path = FileOf(state_folder, client);
  if (journal.empty()) {
    std::error_code error;
    std::filesystem::remove(path, error);
    return {};
  }
  Json files = Json::array();
  for (const SetFileRecord& file : journal) files.push_back(Write(file));
  return WriteFileAtomically(path, DumpJson({{"files", files}}, 2) + "\n");
}

}  // namespace agm::cli
