#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/clients/key_edit.h"
#include "cli/context.h"

/// How each client is pointed at the gateway, as data: one row for a client.
///
/// Texts contain placeholders: {base} is the gateway's URL without /v1, {key} the client key,
/// {model} the model's name, {file} the path of the row's own file and {folder} its folder.
///
/// Thread safety: immutable values.
namespace agm::cli {

struct Variable {
  std::string_view name;
  std::string_view value;
};

/// One key of a settings file. The path's names are separated by "/"; `value` is JSON.
struct SettingsKey {
  std::string_view path;
  std::string_view value;
};

struct SettingsFile {
  /// The places where the file may be: "~/..." below the home, "$NAME/..." below a variable's
  /// folder. The first that exists counts, else the first whose variable is set.
  std::vector<std::string_view> places;
  Format format = Format::kJson;
  std::vector<SettingsKey> keys;
};

/// A file of agm's own, in the state folder, which `run` points the client at.
struct OwnFile {
  std::string_view name;
  std::string_view text;
};

struct Recipe {
  std::string_view name;
  std::string_view title;
  std::vector<std::string_view> programs;   ///< the first that is installed is started
  std::string_view agent;                   ///< how its User-Agent begins in the request log
  std::string_view probe;                   ///< the case of `agm probe` for its API
  std::vector<std::string_view> arguments;  ///< of `run`, before the user's own
  std::vector<Variable> environment;        ///< of `run`
  OwnFile file;                             ///< of `run`; without a name: none
  std::vector<SettingsFile> settings;       ///< of `set`; none: `set` prints `steps`
  std::vector<std::string_view> check;      ///< arguments that make it answer one prompt and end
  std::string_view steps;                   ///< what to do by hand, where `set` cannot do it
  std::string_view note;                    ///< what to know about it

  bool runs() const { return !programs.empty(); }
};

const std::vector<Recipe>& Recipes();

/// The recipe of a name; kNotFound with the nearest name.
Result<const Recipe*> FindRecipe(std::string_view name);

/// The key that clients get where the gateway asks for none: many insist on one.
inline constexpr const char* kNoKey = "agm";

/// The values of the placeholders.
struct Connection {
  std::string base;
  std::string key;
  std::string model;
  bool secret = false;   ///< the key is a real one
  bool running = false;  ///< a gateway answered there
};

/// `text` with the values of its placeholders.
std::string Filled(std::string_view text, const Connection& connection);
/// A JSON template with the values in its texts and names.
Json FilledJson(std::string_view json, const Connection& connection);

/// The path of the program that starts the client; nullopt if none is installed.
std::optional<std::filesystem::path> FindProgram(const Context& context, const Recipe& recipe);

}  // namespace agm::cli
