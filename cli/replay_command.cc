#include "cli/replay_command.h"

#include <algorithm>
#include <vector>

#include "cli/gateway_client.h"
#include "cli/request_text.h"
#include "core/base/file.h"
#include "core/replay/player.h"

namespace agm::cli {
namespace {

constexpr Duration kPatience = std::chrono::minutes(10);

// Sends the request to a running gateway, whose own accounts answer: only the status is compared.
Result<std::vector<replay::Difference>> AskGateway(const Context& context, const std::string& url,
                                                   const replay::Capture& capture) {
  Gateway gateway{GatewayUrl(url), {}, {}};
  Complete(context, gateway);
  const GatewayRequest request{
      capture.method, capture.path, capture.body, {}, capture.content_type};
  const auto answer = Ask(context, gateway, request, kPatience);
  if (!answer) return answer.error();
  std::vector<replay::Difference> differences;
  if (answer->status != capture.response.status) {
    differences.push_back({"response.status", std::to_string(capture.response.status),
                           std::to_string(answer->status)});
  }
  return differences;
}

// Makes the outcome what the file expects from now on.
Result<void> Update(const Context& context, const std::string& file, replay::Capture capture) {
  const auto played = replay::Play(capture);
  if (!played) return played.error();
  capture.response = played->response;
  capture.upstream.resize(std::min(capture.upstream.size(), played->calls.size()));
  for (std::size_t i = 0; i < capture.upstream.size(); ++i) {
    capture.upstream[i].path = played->calls[i].path;
    capture.upstream[i].sent = played->calls[i].sent;
  }
  if (auto done = WriteFileAtomically(file, replay::WriteCapture(capture), 0644); !done)
    return done;
  context.io().Say("{} now expects status {} after {} upstream calls.", file,
                   capture.response.status, played->calls.size());
  return {};
}

Result<std::vector<replay::Difference>> PlayHere(const replay::Capture& capture) {
  const auto played = replay::Play(capture);
  if (!played) return played.error();
  return replay::Compare(capture, *played);
}

void Print(const Context& context, const std::vector<replay::Difference>& differences) {
  Json list = Json::array();
  for (const auto& each : differences) {
    list.push_back({{"what", each.what}, {"expected", each.expected}, {"found", each.found}});
    if (context.json()) continue;
    context.io().Print("{}\n  expected {}\n  found    {}\n", each.what, Plain(each.expected),
                       Plain(each.found));
  }
  if (context.json()) {
    context.io().PrintJson({{"same", differences.empty()}, {"differences", list}});
  } else if (differences.empty()) {
    context.io().Say("The outcome is the same.");
  }
}

}  // namespace

Result<void> RunReplay(const Context& context, const ReplayOptions& options) {
  const auto text = ReadFile(options.file);
  if (!text) return text.error();
  const auto capture = replay::ReadCapture(*text);
  if (!capture) {
    return Fail(ErrorCode::kInvalidRequest, "{}: {}", options.file, capture.error().message);
  }
  if (options.update) return Update(context, options.file, *capture);
  const auto differences =
      options.base_url ? AskGateway(context, *options.base_url, *capture) : PlayHere(*capture);
  if (!differences) return differences.error();
  Print(context, *differences);
  if (differences->empty()) return {};
  return Fail(ErrorCode::kUpstreamRejected, "{}: the outcome differs in {} places", options.file,
              differences->size());
}

void AddReplay(Commands at, Run<ReplayOptions> run) {
  auto options = std::make_shared<ReplayOptions>();
  CommandHandle command = at.Command(
      "replay", "Play an exported request again and compare the outcome", options, std::move(run));
  command.Option("FILE", options->file, "A file of agm logs export").Required().Type("FILE");
  command
      .Option("--base-url", options->base_url,
              "Send the request to this gateway instead, and compare the status only")
      .Type("URL");
  command.Flag("--update", options->update,
               "Write the outcome into the file, as what it expects from now on");
  command.Footer(Examples({{"Play a fault report", "agm replay fault.json"}}));
}

}  // namespace agm::cli
