#pragma once

#include <vector>

#include "cli/clients/recipes.h"

/// The rows of Recipes(), in the order of the table that `agm clients` prints.
///
/// Thread safety: any thread.
namespace agm::cli {

/// Coding agents for the terminal that come as npm packages.
std::vector<Recipe> AgentRecipes();

/// Other clients: for most of them agm only says what to set.
std::vector<Recipe> AppRecipes();

}  // namespace agm::cli
