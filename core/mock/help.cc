#include "core/mock/help.h"

#include <fmt/format.h>

#include "core/mock/google_error.h"

namespace agm::mock {
namespace {

constexpr std::string_view kIntro = R"(What it answers
  It echoes the last user text. A line `call NAME {json}` (or `call NAME`) in it
  calls that declared function, `then call NAME` waits for the answers to the
  calls above it; a response schema gets a conforming instance. Image models
  draw a tiny picture; of a recording it says how much it heard.

Troubles by API key
  A word in the key asks for a trouble, for trials by hand: any class below, or
  hang, close, cut, stall, slow, split, garbage, empty, no-finish, blocked.
  `my-quota-day` is out of quota for the day; `x-overloaded-x2` is overloaded for
  its first 2 requests; -r5 makes a quota error ask for 5 seconds.

Scripts (--script FILE, or POST /__mock/script while it runs)
  {"steps": [{"match": {"key": "work", "model": "gemini-2.5-*"}, "times": 2,
              "do": {"error": "quota-day", "retry": "36s"}}]}
  For each request the first step that fits and is not used up is done.
  match: key and text (a part of the credential, of the body), model (* stands
    for anything), method (generateContent, ...; models and token only when
    named), nth (only the nth such request). times: how often; missing: always
  do: error CLASS with retry, status, message; status N; html N; body TEXT with
    content_type, headers; garbage; hang_ms N; close; reset; cut_after_bytes N;
    cut_after_events N; fail_after_events N (then the error, raw: without
    "data: "); stall_after_events N with stall_ms; split N (bytes a write) with
    slow_ms; text TEXT; words N; empty; finish REASON; block REASON; pace_ms N;
    odd NAME (with --speak openai): roles, no-index, whole-calls, no-usage,
    usage-with-choices, comments, event-lines, no-done, reasoning, think
  GET /__mock/stats counts requests by key, model and status.

Classes
)";

}  // namespace

std::string ScriptHelp() {
  std::string help(kIntro);
  for (const TroubleName& trouble : TroubleNames()) {
    help += fmt::format("  {:<20} {}\n", trouble.name, trouble.about);
  }
  help.pop_back();
  return help;
}

}  // namespace agm::mock
