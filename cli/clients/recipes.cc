#include "cli/clients/recipes.h"

#include <unistd.h>

#include <algorithm>
#include <iterator>

#include "cli/clients/recipe_rows.h"
#include "cli/nearest.h"

namespace agm::cli {
namespace {

std::string Replaced(std::string text, std::string_view what, const std::string& with) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
  return text;
}

}  // namespace

const std::vector<Recipe>& Recipes() {
  static const std::vector<Recipe> recipes = [] {
    std::vector<Recipe> rows = AgentRecipes();
    std::ranges::move(AppRecipes(), std::back_inserter(rows));
    return rows;
  }();
  return recipes;
}

Result<const Recipe*> FindRecipe(std::string_view name) {
  std::vector<std::string> names;
  for (const Recipe& recipe : Recipes()) {
    if (recipe.name == name) return &recipe;
    for (const std::string_view program : recipe.programs) {
      if (program == name) return &recipe;
    }
    names.emplace_back(recipe.name);
  }
  const std::string near = Nearest(std::string(name), names);
  return Fail(ErrorCode::kNotFound, "no client \"{}\" is known{}", name,
              near.empty() ? "; `agm clients` lists them, and any other takes the base URL"
                           : "; did you mean \"" + near + "\"?");
}

std::string Filled(std::string_view text, const Connection& connection) {
  std::string filled = Replaced(std::string(text), "{base}", connection.base);
  filled = Replaced(std::move(filled), "{key}", connection.key);
  return Replaced(std::move(filled), "{model}", connection.model);
}

Json FilledJson(std::string_view json, const Connection& connection) {
  const auto fill = [&](const auto& self, const Json& value) -> Json {
    if (value.is_string()) return Filled(value.get<std::string>(), connection);
    Json filled = value;
    if (value.is_array()) {
      for (Json& item : filled) item = self(self, item);
    } else if (value.is_object()) {
      filled = Json::object();
      for (const auto& [name, item] : value.items()) {
        filled[Filled(name, connection)] = self(self, item);
      }
    }
    return filled;
  };
  return fill(fill, ParseJson(json).value());
}

std::optional<std::filesystem::path> FindProgram(const Context& context, const Recipe& recipe) {
  const std::string path = context.Env("PATH").value_or("");
  for (const std::string_view program : recipe.programs) {
    for (std::size_t at = 0; at <= path.size();) {
      const std::size_t end = std::min(path.find(':', at), path.size());
      const auto file = std::filesystem::path(path.substr(at, end - at)) / program;
      std::error_code error;
      const bool regular = std::filesystem::is_regular_file(file, error);
      if (end > at && regular && ::access(file.c_str(), X_OK) == 0) return file;
      at = end + 1;
    }
  }
  return std::nullopt;
}

}  // namespace agm::cli
