#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include "core/base/base64.h"
#include "core/mock/checks.h"
#include "core/mock/function_name.h"
#include "core/mock/message.h"
#include "core/mock/signature.h"

namespace agm::mock {
namespace {

constexpr std::string_view kRequest = "GenerateContentRequest";

std::string PartPath(std::size_t content, std::size_t part, std::string_view field = {}) {
  return fmt::format("{}.contents[{}].parts[{}]{}{}", kRequest, content, part,
                     field.empty() ? "" : ".", field);
}

bool IsModel(JsonView content) { return Field(content, "role").equals("model"); }

struct Magic {
  std::string_view type;
  std::string_view bytes;
};
constexpr std::array kMagics = {
    Magic{"image/png", "\x89PNG"},      Magic{"image/jpeg", "\xFF\xD8\xFF"},
    Magic{"image/jpg", "\xFF\xD8\xFF"}, Magic{"image/gif", "GIF8"},
    Magic{"image/webp", "RIFF"},        Magic{"application/pdf", "%PDF"},
};

bool IsTaken(std::string_view mime) {
  static constexpr std::array<std::string_view, 9> kImages = {
      "image/png",  "image/jpeg", "image/jpg", "image/webp", "image/heic",
      "image/heif", "image/gif",  "image/bmp", "image/avif"};
  static constexpr std::array<std::string_view, 8> kDocuments = {
      "application/pdf",           "application/json",        "application/xml",
      "application/rtf",           "application/javascript",  "application/x-javascript",
      "application/x-python-code", "application/x-typescript"};
  mime = mime.substr(0, mime.find(';'));
  if (mime.starts_with("audio/") || mime.starts_with("video/") || mime.starts_with("text/")) {
    return mime.size() > 6;
  }
  return std::ranges::count(kImages, mime) + std::ranges::count(kDocuments, mime) > 0 ||
         mime.starts_with("application/vnd.openxmlformats-officedocument.");
}

/// Checks each part by itself.
class PartCheck {
 public:
  PartCheck(const CheckRules& rules, Complaints& complaints)
      : rules_(rules), complaints_(complaints) {}

  void Content(JsonView content, std::size_t index) {
    content_ = index;
    model_ = IsModel(content);
    const std::string role = RoleOf(content);
    if (role != "user" && role != "model" && role != "function") {
      complaints_.Refuse("Please use a valid role: user, model.");
    }
    part_ = 0;
    ForEach(Field(content, "parts"), [&](JsonView part) {
      Part(part);
      ++part_;
    });
    if (part_ == 0) {
      complaints_.Field(fmt::format("{}.contents[{}].parts", kRequest, index),
                        "contents.parts must not be empty.");
    }
  }

 private:
  void Say(std::string_view field, std::string_view what) {
    complaints_.Field(PartPath(content_, part_, field), what);
  }

  void Part(JsonView part) {
    bool has_data = false;
    for (const JsonMember member : part.members()) {
      if (member.value.is(JsonKind::kNull)) continue;
      const std::string key = member.key.text();
      has_data = Data(key, member.value) || has_data;
    }
    if (!has_data) Say("data", "required oneof field 'data' must have one initialized field");
  }

  bool Data(std::string_view key, JsonView value) {
    static constexpr std::array<std::string_view, 6> kOthers = {
        "text",     "executableCode", "codeExecutionResult",
        "toolCall", "toolResponse",   "videoMetadata"};
    if (IsField(key, "functionCall")) {
      Call(value);
    } else if (IsField(key, "functionResponse")) {
      Response(value);
    } else if (IsField(key, "inlineData")) {
      Blob(value);
    } else if (IsField(key, "fileData")) {
      File(value);
    } else {
      return std::ranges::any_of(kOthers,
                                 [&](std::string_view name) { return IsField(key, name); });
    }
    return true;
  }

  void Call(JsonView call) {
    Name("function_call.name", Field(call, "name"));
    if (!model_) {
      complaints_.Refuse(
          "Please ensure that a function call turn has role \"model\" and holds "
          "only function call parts.");
    }
  }

  void Response(JsonView response) {
    Name("function_response.name", Field(response, "name"));
    if (!Field(response, "response")) {
      Say("function_response.response", "required field is not set");
    }
  }

  void Name(std::string_view field, JsonView name) {
    if (name.text().empty()) {
      Say(field, "Name cannot be empty.");
    } else if (!IsFunctionName(name.text(), rules_.strict)) {
      Say(field, FunctionNameRule(rules_.strict));
    }
  }

  void Blob(JsonView blob) {
    const std::string mime = Field(blob, "mimeType").text();
    const JsonView data = Field(blob, "data");
    if (mime.empty()) return Say("inline_data.mime_type", "required field is not set");
    if (!data || data.raw() == "\"\"") {
      return Say("inline_data.data", "required field is not set");
    }
    if (!IsTaken(mime)) return complaints_.Refuse("Unsupported MIME type: " + mime);
    const auto plain = data.plain();
    const std::string start = DecodeBase64(plain ? *plain : data.text(), 8);
    for (const Magic& magic : kMagics) {
      if (magic.type != mime || start.starts_with(magic.bytes)) continue;
      complaints_.Refuse(mime == "application/pdf" ? "The document has no pages."
                                                   : "Unable to process input image.");
    }
  }

  void File(JsonView file) {
    const std::string uri = Field(file, "fileUri").text();
    if (uri.empty()) return Say("file_data.file_uri", "required field is not set");
    if (uri.find("://") == std::string::npos) {
      complaints_.Refuse("Invalid or unsupported file uri: " + uri.substr(0, 60));
    }
  }

  const CheckRules& rules_;
  Complaints& complaints_;
  std::size_t content_ = 0;
  std::size_t part_ = 0;
  bool model_ = false;
};

/// The function calls and responses of a turn. A model turn may hold calls together with their
/// responses, of tools that ran on the service's side: those are left out.
struct Turn {
  JsonView content;
  bool model = false;
  std::vector<JsonView> calls;
  std::vector<JsonView> responses;
  JsonView first_call_part;
};

// Removes the call of that name; false if there is none.
bool TakeOutCall(std::vector<JsonView>& calls, const std::string& name) {
  const auto call =
      std::ranges::find_if(calls, [&](JsonView one) { return Field(one, "name").text() == name; });
  if (call == calls.end()) return false;
  calls.erase(call);
  return true;
}

// The responses in a model turn answer the calls of that turn or of the model turn before it.
void TakeOutAnswered(std::vector<Turn>& turns) {
  Turn& turn = turns.back();
  Turn* before = turns.size() > 1 ? &turns[turns.size() - 2] : nullptr;
  std::erase_if(turn.responses, [&](JsonView response) {
    const std::string name = Field(response, "name").text();
    return TakeOutCall(turn.calls, name) ||
           (before != nullptr && before->model && TakeOutCall(before->calls, name));
  });
}

// Two turns of calls in a row count as one.
void JoinCalls(std::vector<Turn>& turns) {
  if (turns.size() < 2 || turns.back().calls.empty()) return;
  Turn& before = turns[turns.size() - 2];
  if (!before.model || before.calls.empty()) return;
  before.calls.insert(before.calls.end(), turns.back().calls.begin(), turns.back().calls.end());
  turns.pop_back();
}

// Calls whose arguments came in pieces, which Vertex AI takes back without responses.
bool AreStreamed(const Turn& turn) {
  return std::ranges::any_of(turn.calls, [](JsonView call) {
    return Field(call, "partialArgs") || Field(call, "willContinue");
  });
}

std::vector<Turn> ReadTurns(JsonView contents) {
  std::vector<Turn> turns;
  ForEach(contents, [&](JsonView content) {
    Turn& turn = turns.emplace_back(Turn{content, IsModel(content), {}, {}, {}});
    ForEach(Field(content, "parts"), [&](JsonView part) {
      if (const JsonView call = Field(part, "functionCall")) {
        if (turn.calls.empty()) turn.first_call_part = part;
        turn.calls.push_back(call);
      }
      if (const JsonView response = Field(part, "functionResponse")) {
        turn.responses.push_back(response);
      }
    });
    if (turn.model) TakeOutAnswered(turns);
    JoinCalls(turns);
  });
  return turns;
}

bool NamesMatch(const Turn& calls, const Turn& responses) {
  const auto names = [](const std::vector<JsonView>& views) {
    std::vector<std::string> out;
    for (const JsonView view : views) out.push_back(Field(view, "name").text());
    std::ranges::sort(out);
    return out;
  };
  return names(calls.calls) == names(responses.responses);
}

// A turn of function calls must be followed directly by a turn with as many responses, and a turn
// of responses must follow a turn of calls.
void CheckPairs(const CheckRules& rules, const std::vector<Turn>& turns, Complaints& complaints) {
  constexpr std::string_view kCount =
      "Please ensure that the number of function response parts is equal to the number of function "
      "call parts of the function call turn.";
  for (std::size_t i = 0; i < turns.size(); ++i) {
    const Turn* before = i > 0 ? &turns[i - 1] : nullptr;
    const Turn* after = i + 1 < turns.size() ? &turns[i + 1] : nullptr;
    if (!turns[i].calls.empty()) {
      if (before == nullptr || before->model) {
        complaints.Refuse(
            "Please ensure that function call turn comes immediately after a user turn or after a "
            "function response turn.");
      }
      const bool exempt = rules.vertex && AreStreamed(turns[i]);
      if (!exempt && (after == nullptr || after->responses.size() != turns[i].calls.size())) {
        complaints.Refuse(std::string(kCount));
      }
    }
    if (turns[i].responses.empty()) continue;
    if (turns[i].model) {
      complaints.Refuse(
          "Please ensure that a function response turn has role \"user\" or \"function\".");
    }
    if (before == nullptr || before->calls.empty()) {
      complaints.Refuse(
          "Please ensure that function response turn comes immediately after a function call "
          "turn.");
    } else if (before->calls.size() != turns[i].responses.size()) {
      complaints.Refuse(std::string(kCount));
    } else if (rules.strict && !NamesMatch(*before, turns[i])) {
      complaints.Refuse(
          "Please ensure that the names of the function responses are those of the function "
          "calls.");
    }
  }
}

// A wrong signature is refused anywhere. A missing one is refused only in the current turn: all
// contents after the last user content that is not a function response.
void CheckSignatures(const CheckRules& rules, const std::vector<Turn>& turns,
                     Complaints& complaints) {
  for (const Turn& turn : turns) {
    ForEach(Field(turn.content, "parts"), [&](JsonView part) {
      const JsonView signature = Field(part, "thoughtSignature");
      if (!signature || IsDummySignature(signature.text())) return;
      if (IsForeignSignature(signature.text()) && !rules.strict) return;
      const auto family = ReadSignature(signature.text());
      if (!family) return complaints.Refuse("Corrupted thought signature.");
      if (*family / 10 != rules.model.family / 10) {
        complaints.Refuse("Invalid thought signature: it was made by another model.");
      }
    });
  }
  std::size_t start = turns.size();
  while (start > 0 && (turns[start - 1].model || !turns[start - 1].responses.empty())) --start;
  for (std::size_t i = start; i < turns.size(); ++i) {
    if (turns[i].calls.empty() || Field(turns[i].first_call_part, "thoughtSignature")) continue;
    complaints.Refuse(fmt::format(
        "Function call is missing a thought_signature in functionCall parts. This is required for "
        "tools to work correctly. Function call `{}`, position {}.",
        Field(turns[i].calls.front(), "name").text(), i + 1));
  }
}

void CheckOrder(const CheckRules& rules, const std::vector<Turn>& turns, Complaints& complaints) {
  if (turns.empty()) return;
  if (turns.back().model && (rules.model.is_gemini4() || rules.strict)) {
    complaints.Refuse(
        "The last turn must be a user turn: prefilled model turns are not supported.");
  }
  for (std::size_t i = 1; rules.strict && i < turns.size(); ++i) {
    // A user's text after responses is a turn of its own.
    const bool after_responses = !turns[i].model && !turns[i - 1].responses.empty();
    if (turns[i].model != turns[i - 1].model || after_responses) continue;
    complaints.Refuse("Please ensure that multiturn requests alternate between user and model.");
  }
}

}  // namespace

void CheckContents(const CheckRules& rules, JsonView request, Complaints& complaints) {
  const JsonView contents = Field(request, "contents");
  PartCheck check(rules, complaints);
  std::size_t index = 0;
  ForEach(contents, [&](JsonView content) { check.Content(content, index++); });
  if (index == 0) {
    complaints.Field(fmt::format("{}.contents", kRequest), "contents is not specified");
  }
  if (const JsonView system = Field(request, "systemInstruction")) {
    if (Field(system, "parts").size() == 0) {
      complaints.Field(fmt::format("{}.system_instruction.parts", kRequest),
                       "contents.parts must not be empty.");
    }
  }
  if (complaints.any()) return;
  const std::vector<Turn> turns = ReadTurns(contents);
  CheckOrder(rules, turns, complaints);
  CheckPairs(rules, turns, complaints);
  if (rules.model.is_gemini3()) CheckSignatures(rules, turns, complaints);
}

}  // namespace agm::mock
