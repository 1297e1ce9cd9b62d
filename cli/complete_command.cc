#include "cli/complete_command.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "cli/gateway_client.h"
#include "core/mapping/built_in.h"

namespace agm::cli {
namespace {

/// Time limit for each of the two addresses where a gateway may be.
constexpr Duration kPatience{120};

/// True for a name that a shell reads as plain text; `more` lists further characters, which are
/// quoted.
bool Plain(const std::string& name, std::string_view more) {
  constexpr std::string_view kMarks = "-_.@+:/";
  return !name.empty() && name.front() != '-' && std::ranges::all_of(name, [&](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || kMarks.find(c) != kMarks.npos ||
           more.find(c) != more.npos;
  });
}

std::set<std::string> AccountNames(const Context& context) {
  std::set<std::string> names;
  if (auto config = context.Config()) {
    for (const config::Account& account : (*config)->accounts) names.insert(account.name);
  }
  return names;
}

std::set<std::string> RuleNames(const Context& context) {
  std::set<std::string> names;
  if (auto config = context.Config()) {
    for (const config::MappingRule& rule : (*config)->mapping) names.insert(rule.from);
  }
  return names;
}

/// The running gateway's models; if none answers in time, the names in the mapping.
std::set<std::string> ModelNames(const Context& context) {
  std::set<std::string> names;
  if (auto config = context.Config()) {
    for (const config::MappingRule& rule : (*config)->mapping) {
      names.insert(rule.from);
      names.insert(rule.to.begin(), rule.to.end());
    }
  }
  auto list = GetJson(context, "/v1/models", kPatience);
  if (!list || !list->is_object() || !list->contains("data")) {
    for (const mapping::BuiltIn& rule : mapping::BuiltIns()) {
      names.insert(std::string(rule.from));
      names.insert(rule.to.begin(), rule.to.end());
    }
    std::erase_if(names, [](const std::string& name) { return name.find('*') != name.npos; });
    return names;
  }
  for (const Json& model : ObjectsOf(*list, "data")) {
    if (auto id = TextOf(model, "id"); !id.empty()) names.insert(std::move(id));
  }
  return names;
}

std::set<std::string> Names(const Context& context, const std::string& what) {
  if (what == "accounts") return AccountNames(context);
  return what == "rules" ? RuleNames(context) : ModelNames(context);
}

}  // namespace

void AddComplete(Commands at, Run<CompleteOptions> run) {
  auto options = std::make_shared<CompleteOptions>();
  CommandHandle command =
      at.Command("complete", "Print names for completion scripts", options, std::move(run));
  command.Hide();
  OneOf(command.Option("WHAT", options->what, "Which names").Required(),
        {"accounts", "models", "rules"});
}

Result<void> RunComplete(const Context& context, const CompleteOptions& options) {
  Io& io = context.io();
  io.quiet = true;  // warnings would disturb the command line that the user is typing
  Json document = Json::array();
  for (const std::string& name : Names(context, options.what)) {
    if (!Plain(name, options.what == "rules" ? "*" : "")) continue;
    if (context.json())
      document.push_back(name);
    else
      io.Out(name + "\n");
  }
  if (context.json()) io.PrintJson(document);
  return {};
}

}  // namespace agm::cli
