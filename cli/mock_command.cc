#include "cli/mock_command.h"

#include <sys/resource.h>

#include <csignal>

#include "cli/stop_signals.h"
#include "core/base/file.h"
#include "core/mock/help.h"
#include "core/mock/mock_server.h"

namespace agm::cli {
namespace {

/// Raises the descriptor limit: each connection needs one, and the usual soft limit is 1024.
void AllowManyConnections() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

Result<std::string> ReadScript(const std::string& path) {
  if (path.empty()) return std::string();
  auto text = ReadFile(path);
  if (!text) return Fail(ErrorCode::kConfig, "script {}", text.error().message);
  return text;
}

void Announce(const Context& context, const MockOptions& options, const mock::MockServer& mock) {
  if (options.speak == "openai") {
    context.io().Say(
        "Mock of a server with OpenAI's API on {0}/v1. Point agm at it: "
        "agm accounts add local --kind openai --base-url {0}/v1",
        mock.base_url());
  } else {
    context.io().Say(
        "Mock of the Gemini API on {0}. Point agm at it: "
        "agm accounts add local --kind mock --base-url {0}",
        mock.base_url());
  }
  if (!context.json()) return;
  context.io().PrintJson(Json{{"base_url", mock.base_url()}, {"port", mock.port()}});
}

/// Reads the script again; an invalid script leaves the old one in place.
void Reload(const Context& context, const MockOptions& options, mock::MockServer& mock) {
  const auto script = ReadScript(options.script);
  auto set = script ? mock.SetScript(*script) : Result<void>(script.error());
  if (set) {
    context.io().Say("Read {} again.", options.script.empty() ? "no script" : options.script);
  } else {
    context.io().Warn("{}", set.error().message);
  }
}

}  // namespace

Result<void> RunMock(const Context& context, const MockOptions& options) {
  StopSignals signals;
  AllowManyConnections();
  auto script = ReadScript(options.script);
  if (!script) return std::move(script).error();
  auto mock = mock::MockServer::Start(
      {.port = options.port,
       .strict = options.strict,
       .pace = Duration(options.pace),
       .script = *std::move(script),
       .speaks = options.speak == "openai" ? mock::Speaks::kOpenAi : mock::Speaks::kGemini});
  if (!mock) return std::move(mock).error();
  Announce(context, options, **mock);
  while (signals.Wait() == SIGHUP) Reload(context, options, **mock);
  return {};
}

void AddMock(Commands at, Run<MockOptions> run) {
  auto options = std::make_shared<MockOptions>();
  CommandHandle command = at.Command("mock", "Run a stand-in for the Gemini API on this machine",
                                     options, std::move(run));
  command.Option("--port", options->port, "Listen on this port; 0 takes a free one")
      .Range(0, 65535)
      .Type("PORT");
  command.Flag("--strict", options->strict, "Refuse also what Google is only believed to refuse");
  command.Option("--script", options->script, "Fail as this fault plan says").Type("FILE");
  OneOf(command.Option("--speak", options->speak, "The API that it speaks (default gemini)"),
        {"gemini", "openai"});
  command.Option("--pace", options->pace, "Milliseconds between the words of a stream")
      .Range(0, 60'000)
      .Type("MS");
  command.Footer(Examples({{"Try agm without any key", "agm mock --port 8046"},
                           {"Point agm at it",
                            "agm accounts add local --kind mock --base-url http://127.0.0.1:8046"},
                           {"Fail as planned", "agm mock --script faults.json"}}) +
                 "\n\n" + mock::ScriptHelp());
}

}  // namespace agm::cli
