#include "cli/app.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <csignal>
#include <optional>
#include <string>
#include <string_view>

#include "cli/commands.h"
#include "cli/gateway_client.h"
#include "cli/help.h"
#include "cli/help_command.h"
#include "cli/nearest.h"
#include "cli/next_steps.h"
#include "cli/state_report.h"
#include "cli/unknown_command.h"
#include "core/base/no_thread.h"
#include "core/http/client/curl_transport.h"

namespace agm::cli {
namespace {

std::vector<std::string> OptionNames(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::App* at = &command; at != nullptr; at = at->get_parent()) {
    for (const CLI::Option* option : ShownOptions(*at, false)) {
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
  }
  return names;
}

Error Usage(std::string message) { return Fail(ErrorCode::kInvalidRequest, "{}", message); }

Error UnknownOption(std::string word, const CLI::App& command) {
  word = word.substr(0, word.find('='));  // the part after "=" may be a secret
  std::string near = Nearest(word, OptionNames(command));
  return Usage(fmt::format("unknown option {} for \"{}\"{}", word, CommandPath(command),
                           near.empty() ? "" : fmt::format("; did you mean {}?", near)));
}

/// Replaces CLI11's messages about missing or invalid values.
std::string Reworded(const CLI::ParseError& error) {
  std::string text = error.what();
  if (text.rfind("Could not convert: ", 0) == 0) {
    std::size_t equals = text.find(" = ");
    return fmt::format("{}: \"{}\" is not a number", text.substr(19, equals - 19),
                       text.substr(std::min(equals + 3, text.size())));
  }
  if (std::size_t end = text.find(" required");
      dynamic_cast<const CLI::ArgumentMismatch*>(&error)) {
    if (end != std::string::npos && text.find(": 1 ") != std::string::npos) {
      return text.substr(0, text.find(':')) + " needs a value";
    }
  }
  return text;
}

/// The user's next step, if the message alone does not name it.
std::string Advice(const Error& error, const CLI::App& command) {
  if (error.code == ErrorCode::kInvalidRequest) {
    return fmt::format("See \"{} --help\".",
                       error.param.empty() ? CommandPath(command) : error.param);
  }
  if (error.reason == kUnreachable) return "Is it running? Start it with: agm serve";
  if (error.code == ErrorCode::kNoAccount) return "Add an account with: agm accounts add NAME";
  return {};
}

void PrintError(const Error& error, const CLI::App& command, const Context& context) {
  Io& io = context.io();
  io.Err(io.PaintErr("agm: ", Colour::kRed) + error.message + "\n");
  if (std::string next = Advice(error, command); !next.empty()) io.Err(next + "\n");
  if (!context.json() || io.wrote_json()) return;
  Json body = {{"code", CodeName(error.code)}, {"message", error.message}};
  io.PrintJson({{"error", body}});
}

/// Says what to do after a success: what the command itself named, else its row of the table.
void SayNext(const CLI::App& command, const Context& context) {
  constexpr std::string_view kProgram = "agm ";
  Io& io = context.io();
  std::optional<std::string> step = io.TakeNext();
  const std::string path = CommandPath(command) + " ";
  const NextStep* row = FindNextStep(
      std::string_view(path).substr(kProgram.size(), path.size() - kProgram.size() - 1));
  if (!step && row != nullptr && (io.out_is_terminal || !row->on_terminal)) step = row->step;
  if (step && !step->empty() && !context.json()) io.Say("Next: {}", *step);
}

}  // namespace

int ExitCode(const Error& error) {
  if (error.reason == kInterrupted) return 130;
  switch (error.code) {
    case ErrorCode::kInvalidRequest:
    case ErrorCode::kConfig:
      return 2;
    case ErrorCode::kUpstreamUnavailable:
    case ErrorCode::kTimeout:
      return 3;
    case ErrorCode::kUnauthenticated:
    case ErrorCode::kForbidden:
    case ErrorCode::kUnknownRoute:
    case ErrorCode::kMethodNotAllowed:
    case ErrorCode::kUnknownModel:
    case ErrorCode::kNotFound:
    case ErrorCode::kTooLarge:
    case ErrorCode::kUnsupportedMedia:
    case ErrorCode::kRateLimited:
    case ErrorCode::kQuotaExhausted:
    case ErrorCode::kBudgetSpent:
    case ErrorCode::kNoAccount:
    case ErrorCode::kOverloaded:
    case ErrorCode::kUpstreamRejected:
    case ErrorCode::kCancelled:
    case ErrorCode::kIo:
    case ErrorCode::kDamaged:
    case ErrorCode::kInternal:
      return 1;
  }
  return 1;
}

App::App()
    : cli_(std::make_unique<CLI::App>(
          "A gateway from any AI client to the Gemini API, over a pool of your accounts", "agm")) {
  cli_->option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  cli_->fallthrough();
  cli_->require_subcommand(0, 1);
  cli_->set_help_flag("-h,--help", "Show help");
  cli_->add_option("--config", globals_.config, "Read this configuration file")->type_name("FILE");
  cli_->add_flag("--json", globals_.json, "Print one JSON document on stdout");
  cli_->add_flag("-q,--quiet", globals_.quiet, "Print results and errors only");
  cli_->add_flag("-v,--verbose", globals_.verbose, "Print more about what is done");
  cli_->add_flag("--no-color", globals_.no_color, "Print without colour");
  cli_->add_flag_callback(
      "--version", [] { throw CLI::CallForVersion("", 0); }, "Show version, commit and libraries");
  cli_->footer(
      Examples({{"Add a Gemini API key; it is asked for without echo", "agm accounts add work"},
                {"Run the gateway", "agm serve"},
                {"See that every API works", "agm probe"}}));
}

App::~App() = default;

/// The error for the first word that was not accepted: an unknown command or option, or a surplus
/// word.
Error App::Unknown(const std::vector<std::string>& arguments) const {
  const std::string word = cli_->remaining(true).front();
  const CLI::App& named = Named(*cli_);
  if (word.size() > 1 && word.front() == '-') return UnknownOption(word, named);
  auto at = [&](const std::string& what) {
    return std::find(arguments.begin(), arguments.end(), what) - arguments.begin();
  };
  if (&named != cli_.get() && at(word) < at(cli_->get_subcommands().front()->get_name())) {
    return UnknownCommand(word, *cli_);
  }
  if (!ShownCommands(named).empty()) return UnknownCommand(word, named);
  if (CommandPath(named) == "agm accounts add") {
    return Usage(
        "a key does not stand on the command line, where other users can read it; without it the "
        "key is asked for, or give --api-key-stdin, --api-key-env VAR or --api-key-file FILE");
  }
  return Usage(
      fmt::format("unexpected argument {} for \"{}\"", Quotable(word), CommandPath(named)));
}

Result<Action> App::Parse(const std::vector<std::string>& arguments, Context& context) {
  globals_ = {};
  chosen_ = nullptr;
  bool help = false;
  bool version = false;
  std::optional<Error> wrong;
  try {
    cli_->parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    help = true;
  } catch (const CLI::CallForVersion&) {
    version = true;
  } catch (const CLI::ExtrasError&) {
    wrong = Unknown(arguments);
  } catch (const CLI::ParseError& error) {
    wrong = cli_->remaining(true).empty() ? Usage(Reworded(error)) : Unknown(arguments);
  }
  // Help for a command that does not exist would be help for another one.
  if ((help || version) && !cli_->remaining(true).empty()) wrong = Unknown(arguments);
  // CLI11 reads options last, so after wrong usage it may not have read them.
  auto given = [&](const char* name) {
    return std::find(arguments.begin(), arguments.end(), name) != arguments.end();
  };
  if (wrong) globals_.json = given("--json"), globals_.no_color = given("--no-color");
  Io& io = context.io();
  context.globals = globals_;
  io.quiet = globals_.quiet;
  io.verbose = globals_.verbose;
  if (globals_.no_color) io.colour = false;
  if (wrong) return std::move(*wrong);
  const CLI::App& named = Named(*cli_);
  if (version) {
    if (auto shown = RunVersion(context, {}); !shown) return std::move(shown).error();
  } else if (help || !chosen_) {
    if (!help && context.json() && &named != cli_.get()) return Usage("no command is given");
    if (!help && (io.verbose || io.quiet)) {
      return Usage(
          "no command is given; --verbose and --quiet belong to one, and --version prints "
          "the version");
    }
    if (!help && &named == cli_.get()) return Action(ReportState);
    io.Out(HelpText(named, io));
  }
  return help || version ? Action() : chosen_;
}

int App::Run(const std::vector<std::string>& arguments, Context& context) {
  Result<Action> action = Parse(arguments, context);
  Result<void> outcome;
  if (!action)
    outcome = std::move(action).error();
  else if (*action)
    outcome = WithThreads([&] { return (*action)(context); });
  context.io().Progress("");
  if (outcome && context.io().failed()) {
    outcome = Fail(ErrorCode::kIo, "standard output: {}", context.io().failure());
  }
  if (outcome && *action) SayNext(Named(*cli_), context);
  if (outcome) return 0;
  if (outcome.error().reason != kLogged) PrintError(outcome.error(), Named(*cli_), context);
  return ExitCode(outcome.error());
}

int Main(std::vector<std::string> arguments) {
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is not an error: Io drops the output
  const config::Environment environment = config::ProcessEnvironment();
  Io io = Io::System(environment);
  Context context(io, SystemClock(), environment,
                  [] { return std::make_unique<http::CurlTransport>(); });
  App app;
  AddCommands(app.root());
  return app.Run(arguments, context);
}

}  // namespace agm::cli
