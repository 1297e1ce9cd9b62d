#include "core/mock/answerer.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "core/base/base64.h"
#include "core/base/json_writer.h"
#include "core/mock/function_name.h"
#include "core/mock/message.h"
#include "core/mock/sample.h"
#include "core/mock/signature.h"

namespace agm::mock {
namespace {

constexpr std::size_t kMostEchoed = 4000;
constexpr std::int64_t kMediaTokens = 258;
constexpr std::int64_t kThoughtTokens = 21;

// A checkered square of 8 by 8 pixels.
constexpr std::string_view kPicture =
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAGUlEQVR42mNwav3y//9/TJIBqyiQZBiUOgDp7pcBpC73"
    "/gAAAABJRU5ErkJggg==";

// At most `most` bytes of the text, without splitting a character.
std::string Shortened(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string(text);
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0U) == 0x80U) --most;
  return std::string(text.substr(0, most)) + "…";
}

std::string_view Trim(std::string_view line) {
  const auto first = line.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
}

bool IsJsonObject(std::string_view text) {
  const auto doc = JsonDoc::Parse(text);
  return doc && doc->root().is(JsonKind::kObject);
}

// A part's inline data if its MIME type begins with `type`.
JsonView InlineOf(JsonView part, std::string_view type) {
  const JsonView data = Field(part, "inlineData");
  return Field(data, "mimeType").text().starts_with(type) ? data : JsonView();
}

std::string HeardIn(JsonView content) {
  std::string heard;
  ForEach(Field(content, "parts"), [&](JsonView part) {
    const JsonView sound = InlineOf(part, "audio/");
    if (!sound) return;
    heard = fmt::format("This is the agm mock: it heard {} bytes of {}.",
                        DecodeBase64(Field(sound, "data").text()).size(),
                        Field(sound, "mimeType").text());
  });
  return heard;
}

std::int64_t PromptMedia(JsonView request, std::string_view type) {
  std::int64_t tokens = 0;
  ForEach(Field(request, "contents"), [&](JsonView content) {
    ForEach(Field(content, "parts"), [&](JsonView part) {
      if (InlineOf(part, type)) tokens += kMediaTokens;
    });
  });
  return tokens;
}

struct Ask {
  std::string name;
  std::string args;  ///< empty: to be invented
};

// The lines `call NAME` or `call NAME {json}` that belong to the step; `then call` begins the next
// step.
std::vector<Ask> ReadAsks(std::string_view text, int step) {
  constexpr std::string_view kCall = "call ";
  constexpr std::string_view kThen = "then call ";
  std::vector<Ask> asks;
  for (int at = 0; !text.empty();) {
    std::string_view line = Trim(text.substr(0, text.find('\n')));
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
    if (line.starts_with(kThen)) {
      ++at;
      line.remove_prefix(kThen.size() - kCall.size());
    }
    if (at != step || !line.starts_with(kCall)) continue;
    const std::string_view rest = Trim(line.substr(kCall.size()));
    const std::string_view name = rest.substr(0, rest.find_first_of(" {"));
    const std::string_view args = Trim(rest.substr(name.size()));
    if (!IsFunctionName(name, false)) continue;
    if (args.empty() || IsJsonObject(args)) asks.push_back({std::string(name), std::string(args)});
  }
  return asks;
}

/// Creates one answer.
class Answerer {
 public:
  Answerer(const Model& model, JsonView request, std::string_view id)
      : model_(model), request_(request), config_(Field(request, "generationConfig")), id_(id) {
    ForEach(Field(request, "contents"), [&](JsonView content) {
      if (RoleOf(content) == "model") return;
      last_turn_ = content;
      const std::string text = TextOf(content);
      heard_ = HeardIn(content);
      ++step_;
      if (text.empty()) return;
      last_text_ = text;
      step_ = 0;
    });
    ForEach(Field(request, "tools"), [&](JsonView tool) {
      ForEach(Field(tool, "functionDeclarations"),
              [&](JsonView declaration) { declarations_.push_back(declaration); });
    });
  }

  Answer Make() {
    answer_.model_version = model_.id;
    answer_.response_id = id_;
    answer_.prompt_tokens = PromptTokens(request_);
    answer_.prompt_image_tokens = PromptMedia(request_, "image/");
    answer_.prompt_audio_tokens = PromptMedia(request_, "audio/");
    const auto count = NumberOf(Field(config_, "candidateCount"));
    answer_.candidates = static_cast<int>(count.value_or(1));
    answer_.logprobs = Field(config_, "responseLogprobs").boolean();
    answer_.top_logprobs = static_cast<int>(NumberOf(Field(config_, "logprobs")).value_or(0));
    Think();
    if (!Call()) Say();
    Shorten();
    if (model_.is_gemini3() && !answer_.text.empty()) {
      answer_.text_signature = MakeSignature(model_.family, id_);
    }
    return std::move(answer_);
  }

 private:
  void Think() {
    if (model_.thinking == Thinking::kNone) return;
    const JsonView config = Field(config_, "thinkingConfig");
    const auto budget = NumberOf(Field(config, "thinkingBudget"));
    const std::string level = EnumOf(Field(config, "thinkingLevel"));
    if (budget == 0.0 || level == "MINIMAL") return;
    const bool shown = Field(config, "includeThoughts").boolean();
    if (!shown && !budget && level.empty() && !model_.thinks_unasked) return;
    answer_.thought_tokens = kThoughtTokens;
    if (!shown) return;
    answer_.thoughts = {"**Looking at the request**\n\nThe last user text is short work. ",
                        "I will say that I am a mock and repeat it.\n"};
  }

  JsonView Declaration(std::string_view name) const {
    for (const JsonView declaration : declarations_) {
      if (Field(declaration, "name").equals(name)) return declaration;
    }
    return {};
  }

  std::string MadeUpArgs(JsonView declaration) const {
    JsonView schema = Field(declaration, "parametersJsonSchema");
    if (!schema) schema = Field(declaration, "parameters");
    if (!schema) return "{}";
    std::string args = SampleOf(schema, Shortened(last_text_, 60));
    return args.starts_with('{') ? args : "{}";
  }

  void AddCall(JsonView declaration, std::string args) {
    FunctionCall call;
    call.name = Field(declaration, "name").text();
    call.args = args.empty() ? MadeUpArgs(declaration) : std::move(args);
    if (model_.is_gemini3()) {
      call.id = fmt::format("{}{}", id_.substr(0, 10), answer_.calls.size());
      // Only the first of several parallel calls carries a signature.
      if (answer_.calls.empty()) call.signature = MakeSignature(model_.family, call.id);
    }
    answer_.calls.push_back(std::move(call));
  }

  // Adds function calls if the request asks for them; true if it did.
  bool Call() {
    const JsonView config = Field(Field(request_, "toolConfig"), "functionCallingConfig");
    const std::string mode = EnumOf(Field(config, "mode"));
    if (declarations_.empty() || mode == "NONE") return false;
    for (Ask& ask : ReadAsks(last_text_, step_)) {
      const JsonView declaration = Declaration(ask.name);
      if (declaration) AddCall(declaration, std::move(ask.args));
    }
    if (answer_.calls.empty() && mode == "ANY") {
      const JsonView allowed = Field(config, "allowedFunctionNames");
      JsonView first = declarations_.front();
      if (allowed.size() > 0) first = Declaration((*allowed.items().begin()).text());
      AddCall(first, "");
    }
    return !answer_.calls.empty();
  }

  void Say() {
    if (model_.kind == ModelKind::kSpeech) {
      // A tenth of a second of silence.
      answer_.media_type = "audio/L16;codec=pcm;rate=24000";
      answer_.media = std::string(6400, 'A');
      return;
    }
    answer_.text = Json();
    if (answer_.text.empty()) answer_.text = Responses();
    if (answer_.text.empty()) answer_.text = Echo();
    if (model_.kind != ModelKind::kImage) return;
    answer_.media_type = "image/png";
    answer_.media = kPicture;
    bool text_too = false;
    const JsonView modalities = Field(config_, "responseModalities");
    ForEach(modalities, [&](JsonView one) { text_too = text_too || EnumOf(one) == "TEXT"; });
    if (modalities && !text_too) answer_.text.clear();
  }

  std::string Json() const {
    JsonView schema = Field(config_, "responseJsonSchema");
    if (!schema) schema = Field(config_, "_responseJsonSchema");
    if (!schema) schema = Field(config_, "responseSchema");
    const std::string mime = Field(config_, "responseMimeType").text();
    if (schema && mime == "text/x.enum") {
      for (const JsonView choice : Field(schema, "enum").items()) return choice.text();
    }
    if (schema) return SampleOf(schema, heard_.empty() ? Shortened(last_text_, 60) : heard_);
    if (mime != "application/json") return {};
    std::string out;
    JsonWriter json(out);
    json.Object().Key("mock").Bool(true).Key("model").String(model_.id);
    json.Key("you_said").String(Shortened(last_text_, kMostEchoed)).EndObject();
    return out;
  }

  // Repeats what the functions returned, if the last turn contains function responses.
  std::string Responses() const {
    std::string out;
    ForEach(Field(last_turn_, "parts"), [&](JsonView part) {
      const JsonView response = Field(part, "functionResponse");
      if (!response) return;
      out += fmt::format("{}{} answered {}", out.empty() ? "This is the agm mock. " : " and ",
                         Field(response, "name").text(),
                         Shortened(Field(response, "response").raw(), kMostEchoed));
    });
    return out.empty() ? out : out + ".";
  }

  std::string Echo() const {
    if (!heard_.empty()) return heard_;
    std::string out = fmt::format("This is the agm mock standing in for {}. ", model_.id);
    for (const Ask& ask : ReadAsks(last_text_, step_)) {
      if (Declaration(ask.name)) continue;
      out += fmt::format("No function is called {}. ", ask.name);
    }
    return out + "You said: " + Shortened(last_text_, kMostEchoed);
  }

  // Applies stop sequences and the token limit, which thinking counts against too.
  void Shorten() {
    ForEach(Field(config_, "stopSequences"), [&](JsonView stop) {
      answer_.text.resize(std::min(answer_.text.find(stop.text()), answer_.text.size()));
    });
    const auto most = NumberOf(Field(config_, "maxOutputTokens"));
    if (!most) return;
    const auto limit = static_cast<std::int64_t>(*most);
    answer_.thought_tokens = std::min(answer_.thought_tokens, limit);
    const std::int64_t room = limit - answer_.thought_tokens;
    if (CountTokens(answer_.text) <= room && (answer_.calls.empty() || room > 0)) return;
    auto bytes = static_cast<std::size_t>(room * 4);
    while (bytes > 0 && bytes < answer_.text.size() &&
           (static_cast<unsigned char>(answer_.text[bytes]) & 0xC0U) == 0x80U) {
      --bytes;
    }
    answer_.text.resize(std::min(bytes, answer_.text.size()));
    answer_.calls.clear();
    answer_.finish = "MAX_TOKENS";
  }

  const Model& model_;
  JsonView request_;
  JsonView config_;
  std::string id_;
  JsonView last_turn_;
  std::string last_text_;
  int step_ = 0;       ///< number of function response turns after the last text
  std::string heard_;  ///< what to say about a recording in the last turn; empty: there is none
  std::vector<JsonView> declarations_;
  Answer answer_;
};

std::int64_t ContentTokens(JsonView content) {
  std::int64_t tokens = 0;
  ForEach(Field(content, "parts"), [&](JsonView part) {
    const bool media = Field(part, "inlineData") || Field(part, "fileData");
    const JsonView text = Field(part, "text");
    tokens += media ? kMediaTokens : CountTokens(text ? text.raw() : part.raw());
  });
  return tokens;
}

}  // namespace

Answer MakeAnswer(const Model& model, JsonView request, std::string_view id) {
  return Answerer(model, request, id).Make();
}

std::int64_t PromptTokens(JsonView request) {
  std::int64_t tokens = ContentTokens(Field(request, "systemInstruction"));
  ForEach(Field(request, "contents"), [&](JsonView content) { tokens += ContentTokens(content); });
  return tokens + CountTokens(Field(request, "tools").raw());
}

}  // namespace agm::mock
