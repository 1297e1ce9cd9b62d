#include "cli/next_steps.h"

#include <algorithm>
#include <array>

namespace agm::cli {
namespace {

constexpr auto kSteps = std::to_array<NextStep>({
    {"serve", "", false},
    {"accounts add", "", false},
    {"accounts import", "", false},
    {"accounts list", "agm accounts show NAME (all about one account)", false},
    {"accounts show", "agm accounts check NAME (tries its credential)", false},
    {"accounts enable", "agm accounts check NAME (tries its credential)", false},
    {"accounts disable", "agm accounts list (which accounts are left)", false},
    {"accounts remove", "agm accounts list (which accounts are left)", false},
    {"accounts check", "agm accounts list (which models are in cooldown)", false},
    {"map set", "agm map resolve NAME (which rule wins, and why)", false},
    {"map list", "agm map resolve NAME (which rule wins, and why)", false},
    {"map unset", "", false},
    {"map resolve", "agm map set NAME TARGET (gives a name another target)", false},
    {"models", "agm clients (points a client at them)", false},
    {"run", "", false},
    {"clients", "agm run CLIENT (starts one, its settings untouched)", false},
    {"clients show", "", false},
    {"clients set", "", false},
    {"clients unset", "agm clients (which clients still point here)", false},
    {"clients check", "agm run CLIENT (starts it, its settings untouched)", false},
    {"keys add", "", false},
    {"keys list", "agm keys show NAME (its limits, and what is left of them)", false},
    {"keys show", "agm keys set NAME --budget 2/day (changes its limits)", false},
    {"keys set", "", false},
    {"keys rotate", "", false},
    {"keys enable", "agm keys list", false},
    {"keys disable", "agm keys list", false},
    {"keys remove", "agm keys list", false},
    {"keys usage", "agm keys set NAME --budget 2/day (changes its limits)", false},
    {"keys adopt", "", false},
    {"logs", "agm logs show ID (everything that happened to a request)", false},
    {"logs show", "agm logs export ID -o FILE (a file to send to somebody)", false},
    {"logs record", "agm logs show ID (everything that happened to a request)", false},
    {"logs clear", "agm logs -f (the requests as they come)", false},
    {"logs path", "agm logs (what is in it)", true},
    {"logs export", "agm replay FILE (plays it)", true},
    {"stats", "agm logs (the requests behind the figures)", false},
    {"cluster status", "agm accounts list (what this node knows of the accounts)", false},
    {"cluster check", "agm serve (the nodes find each other on the server)", false},
    {"page", "agm logs -f (the same requests in the terminal)", false},
    {"replay", "agm logs export ID -o FILE (makes such a file)", false},
    {"probe", "agm clients (points a client at the gateway)", false},
    {"mock", "", false},
    {"schema check", "agm logs show ID (what was changed of a request)", false},
    {"config init", "", false},
    {"config get", "agm config set KEY VALUE", true},
    {"config set", "agm config show --origin (all settings, and where they come from)", false},
    {"config edit", "agm config show --origin (all settings, and where they come from)", false},
    {"config schema", "save it, and name it in the first line of config.toml: #:schema FILE", true},
    {"config path", "agm config edit", true},
    {"config show", "agm config set KEY VALUE (changes one)", false},
    {"config check", "agm serve (a running gateway has read the file already)", false},
    {"help", "", false},
    {"version", "agm (the state, and what to do)", true},
    {"completion", "source <(agm completion SHELL)", true},
});

}  // namespace

const NextStep* FindNextStep(std::string_view command) {
  const auto found = std::ranges::find(kSteps, command, &NextStep::after);
  return found == kSteps.end() ? nullptr : &*found;
}

}  // namespace agm::cli
