#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// The neutral form of a chat request: what every dialect is read into and written from.
///
/// The richest shape wins: a message is a list of typed blocks, because flattening is easy and
/// un-flattening is not. All text is UTF-8, checked where it was read. A field that no two
/// dialects share is not named here; it travels in `extra` under "dialect.field" as raw JSON, and
/// only its own dialect writes it back; under "answer.field" stands what shapes the answer alone.
/// JSON that the gateway does not look into (schemas, tool arguments) stays the raw slice that came
/// in, so that key order and number text survive.
///
/// Thread safety: plain values.
namespace agm::chat {

using Extra = std::map<std::string, std::string>;

struct Text {
  std::string text;
  std::string signature;  ///< the upstream's thought signature on this part; may be empty
  friend bool operator==(const Text&, const Text&) = default;
};

/// Where in the client's request something stood, for errors that show up later. It is no part of
/// what was asked: any two are equal.
struct Place {
  std::string path;
  friend bool operator==(const Place&, const Place&) { return true; }
};

enum class MediaKind { kImage, kAudio, kVideo, kFile };

/// Bytes inline (base64, standard alphabet, padded, no line breaks) or a reference; one of the two.
struct Media {
  MediaKind kind = MediaKind::kImage;
  std::string mime;       ///< "image/png"; empty where only the fetch would tell
  std::string data;       ///< base64
  std::string uri;        ///< https://, gs:// or a file service's URI
  std::string name;       ///< file name as the client gave it
  std::string detail;     ///< the client's wish for resolution: "low", "high", "auto" or empty
  std::string signature;  ///< the upstream's thought signature on this part; may be empty
  Place place;            ///< of a reference, which may have to be fetched
  friend bool operator==(const Media&, const Media&) = default;
};

/// What the model thought, as far as it shows it.
struct Thought {
  std::string text;
  std::string signature;
  friend bool operator==(const Thought&, const Thought&) = default;
};

enum class ToolKind { kFunction, kCustom };

struct ToolCall {
  std::string id;
  std::string name;
  std::string arguments;  ///< raw JSON text of an object; for kCustom the bare input text
  ToolKind kind = ToolKind::kFunction;
  std::string signature;
  friend bool operator==(const ToolCall&, const ToolCall&) = default;
};

struct ToolResult {
  std::string id;    ///< of the ToolCall that it answers
  std::string name;  ///< of the tool
  std::vector<std::variant<Text, Media>> content;
  bool is_error = false;
  bool object = false;  ///< the first content is a JSON object's text, not prose
  friend bool operator==(const ToolResult&, const ToolResult&) = default;
};

/// The model's (or the user's quoted) refusal text.
struct Refusal {
  std::string text;
  friend bool operator==(const Refusal&, const Refusal&) = default;
};

/// A block kind that only `dialect` knows; `body` is its JSON.
struct Opaque {
  std::string dialect;
  std::string body;
  friend bool operator==(const Opaque&, const Opaque&) = default;
};

using Block = std::variant<Text, Media, Thought, ToolCall, ToolResult, Refusal, Opaque>;

enum class Role { kSystem, kUser, kAssistant, kTool };

struct Message {
  Role role = Role::kUser;
  std::vector<Block> blocks;
  std::string name;  ///< of the speaker; upstreams without such a thing ignore it
  friend bool operator==(const Message&, const Message&) = default;
};

struct Tool {
  ToolKind kind = ToolKind::kFunction;
  std::string name;
  std::string description;
  std::string parameters;  ///< raw JSON Schema; empty: takes no arguments
  bool strict = false;
  bool openapi = false;  ///< `parameters` is in Gemini's OpenAPI subset instead
  std::string origin;    ///< what its own dialect knows of it beside that, as raw JSON
  friend bool operator==(const Tool&, const Tool&) = default;
};

enum class ToolMode { kAuto, kNone, kRequired };

struct ToolChoice {
  ToolMode mode = ToolMode::kAuto;
  std::vector<std::string> names;  ///< only these may be called; empty: all
  friend bool operator==(const ToolChoice&, const ToolChoice&) = default;
};

/// Tools that the upstream runs itself.
enum class HostedTool { kWebSearch, kCodeExecution, kUrlContext };

enum class OutputFormat { kText, kJson, kJsonSchema };

struct Format {
  OutputFormat kind = OutputFormat::kText;
  std::string name;
  std::string schema;  ///< raw JSON Schema
  bool strict = false;
  bool openapi = false;  ///< `schema` is in Gemini's OpenAPI subset instead
  friend bool operator==(const Format&, const Format&) = default;
};

/// What a picture that is asked for should be like, in the Gemini API's words.
struct Picture {
  std::string ratio;  ///< "16:9"; empty: as the model likes
  std::string size;   ///< "2K"; empty: the usual one
  friend bool operator==(const Picture&, const Picture&) = default;
};

/// How hard the model should think; the words that clients use, weakest first.
enum class Effort { kNone, kMinimal, kLow, kMedium, kHigh, kXHigh, kMax };

struct Reasoning {
  std::optional<Effort> effort;
  std::optional<std::int64_t> budget;  ///< tokens; -1 = as the model likes
  std::optional<bool> show;            ///< whether thoughts are wanted in the answer
  friend bool operator==(const Reasoning&, const Reasoning&) = default;
};

struct Sampling {
  std::optional<double> temperature;
  std::optional<double> top_p;
  std::optional<std::int64_t> top_k;
  std::optional<std::int64_t> max_tokens;
  std::optional<std::int64_t> seed;
  std::optional<double> presence_penalty;
  std::optional<double> frequency_penalty;
  std::optional<std::int64_t> top_logprobs;  ///< 0: only the chosen tokens
  std::vector<std::string> stop;
  friend bool operator==(const Sampling&, const Sampling&) = default;
};

/// One chat request. System text stands in `messages` where the client put it.
struct Request {
  std::string model;  ///< the name the client asked for
  std::vector<Message> messages;
  /// Further prompts, each answered like `messages` is: legacy completions ask for several at once.
  /// The answer's choice p * choices + c is the c-th of prompt p.
  std::vector<std::vector<Message>> further;
  std::vector<Tool> tools;
  std::vector<HostedTool> hosted_tools;
  std::optional<ToolChoice> tool_choice;
  bool parallel_tool_calls = true;
  Format format;
  Reasoning reasoning;
  Sampling sampling;
  std::int64_t choices = 1;    ///< "n"
  bool fewer_will_do = false;  ///< an answer that lacks some of the choices is a good one
  bool stream = false;
  bool stream_usage = false;            ///< the client asked for usage at the end of the stream
  std::string user;                     ///< an end user's id: affinity, never sent on
  std::string cache_key;                ///< "prompt_cache_key": affinity, never sent on
  std::string service_tier;             ///< "flex", "priority" or empty
  std::vector<std::string> modalities;  ///< "text", "image", "audio"; empty: text
  std::string voice;                    ///< of spoken output; empty: the upstream's own
  Picture picture;                      ///< of drawn output
  std::string style;  ///< which of its dialect's shapes the client speaks, where there
                      ///< are several: the answer takes the same
  Extra extra;
  friend bool operator==(const Request&, const Request&) = default;
};

}  // namespace agm::chat
