#include "core/replay/export.h"

#include <algorithm>
#include <set>

#include "core/base/version.h"
#include "core/ledger/entry_json.h"
#include "core/replay/mask_form.h"
#include "core/replay/player.h"

namespace agm::replay {
namespace {

using ledger::TapePart;

Json HeadOf(const TapePart& part) {
  auto head = ParseJson(part.head);
  return head && head->is_object() ? *std::move(head) : Json::object();
}

int StatusOf(const Json& json) {
  const auto found = json.find("status");
  return found != json.end() && found->is_number_integer() ? found->get<int>() : 0;
}

const TapePart* Find(const std::vector<TapePart>& tape, std::string_view part, int call) {
  const auto found = std::ranges::find_if(
      tape, [&](const TapePart& each) { return each.part == part && each.call == call; });
  return found == tape.end() ? nullptr : &*found;
}

std::vector<UpstreamCall> CallsOf(const std::vector<TapePart>& tape, Texts texts) {
  std::vector<UpstreamCall> calls;
  for (const TapePart& sent : tape) {
    if (sent.part != "sent" || TextOf(HeadOf(sent), "method") != "POST") continue;
    UpstreamCall call;
    call.path = MaskSecrets(TextOf(HeadOf(sent), "path"));
    call.status = 0;
    if (const TapePart* received = Find(tape, "received", sent.call)) {
      const Json head = HeadOf(*received);
      call.status = StatusOf(head);
      call.content_type = TextOf(head, "content_type");
      call.retry_after = TextOf(head, "retry_after");
      call.ended = TextOf(head, "ended");
      call.body = Mask(received->body, texts);
    }
    calls.push_back(std::move(call));
  }
  return calls;
}

int AccountsOf(const ledger::Entry& entry) {
  std::set<std::string> names;
  for (const ledger::Try& each : entry.history) names.insert(each.account);
  if (!entry.account.empty()) names.insert(entry.account);
  return std::max(1, static_cast<int>(names.size()));
}

Json RecordedOf(const ledger::Entry& entry, const TapePart* response) {
  Json recorded;
  recorded["agm"] = Version();
  recorded["status"] = response == nullptr ? entry.status : StatusOf(HeadOf(*response));
  recorded["error"] = entry.error.empty() ? Json() : Json(entry.error);
  recorded["why"] = entry.why.empty() ? Json() : Json(MaskSecrets(entry.why));
  recorded["ended_by"] = entry.ended_by;
  recorded["outcomes"] = Json::array();
  for (const ledger::Try& each : entry.history) recorded["outcomes"].push_back(each.outcome);
  return recorded;
}

// The rule that was used, as an exact one.
void NoteMapping(const ledger::Entry& entry, Capture& capture) {
  if (entry.model.empty() || entry.target.empty() || entry.model == entry.target) return;
  std::vector<std::string> targets;
  for (const ledger::Try& each : entry.history) {
    if (std::ranges::find(targets, each.target) == targets.end()) targets.push_back(each.target);
  }
  if (std::ranges::find(targets, entry.target) == targets.end()) targets.push_back(entry.target);
  capture.mapping.push_back({entry.model, targets});
}

}  // namespace

Result<Capture> MakeCapture(const ledger::Entry& entry, const std::vector<TapePart>& tape,
                            Texts texts) {
  const TapePart* request = Find(tape, "request", 0);
  if (request == nullptr) {
    return Fail(ErrorCode::kNotFound,
                "the bodies of {} were not recorded; turn that on with agm logs record on, and let "
                "it happen again",
                entry.id);
  }
  if (std::ranges::any_of(tape, [](const TapePart& part) { return part.cut; })) {
    return Fail(ErrorCode::kTooLarge, "a body of {} is too large to be exported", entry.id);
  }
  const Json head = HeadOf(*request);
  Capture capture;
  capture.content_type = TextOf(head, "content_type");
  capture.about = "exported by agm logs export";
  capture.recorded = RecordedOf(entry, Find(tape, "response", 0));
  capture.accounts = AccountsOf(entry);
  capture.method = TextOf(head, "method");
  capture.path = TextOf(head, "path");
  if (capture.content_type.find("multipart/") != std::string::npos) {
    auto form = MaskForm(capture.content_type, request->body, texts);
    if (!form) return std::move(form).error();
    capture.content_type = form->content_type;
    capture.body = std::move(form->body);
  } else {
    capture.body = Mask(request->body, texts);
  }
  capture.upstream = CallsOf(tape, texts);
  NoteMapping(entry, capture);
  auto played = Play(capture);
  if (!played) return std::move(played).error();
  capture.response = played->response;
  for (std::size_t i = 0; i < std::min(played->calls.size(), capture.upstream.size()); ++i) {
    capture.upstream[i].sent = played->calls[i].sent;
    capture.upstream[i].path = played->calls[i].path;
  }
  return capture;
}

}  // namespace agm::replay
