#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// The neutral form of a chat request; every dialect is read into it and written from it.
///
/// It has the richest shape of all dialects: a message is a list of typed blocks, because blocks
/// are easy to flatten but hard to restore. All text is UTF-8, checked by the reader. A field that
/// only one dialect has is not named here; it is kept in `extra` under "dialect.field" as raw JSON,
/// and only that dialect writes it back. Entries under "answer.field" affect only the response.
/// JSON that the gateway does not interpret (schemas, tool arguments) stays the original text, so
/// that key order and number text survive.
///
/// Thread safety: plain values.
namespace agm::chat {

using Extra = std::map<std::string, std::string>;

/// A piece of a text in which the reader of an answer wrote down a part that only the upstream's
/// API has, such as code that it ran.
struct ShownPart {
  std::size_t begin = 0;  ///< bytes of the text
  std::size_t end = 0;
  std::string part;  ///< JSON
  friend bool operator==(const ShownPart&, const ShownPart&) = default;
};

struct Text {
  std::string text;
  std::string signature;           ///< the upstream's thought signature of this part; may be empty
  std::vector<ShownPart> shown{};  ///< of an answer; in the order of the text
  friend bool operator==(const Text&, const Text&) = default;
};

/// The path of a field in the client's request, for errors that are found later. It is not part of
/// the request's content: any two compare equal.
struct Place {
  std::string path;
  friend bool operator==(const Place&, const Place&) { return true; }
};

enum class MediaKind { kImage, kAudio, kVideo, kFile };

/// Inline bytes (base64, standard alphabet, padded, no line breaks) or a reference, never both.
struct Media {
  MediaKind kind = MediaKind::kImage;
  std::string mime;    ///< "image/png"; empty if only a fetch can tell
  std::string data;    ///< base64
  std::string uri;     ///< https://, gs:// or the URI of a file service
  std::string name;    ///< the file name that the client gave
  std::string detail;  ///< the resolution that the client asked for: "low", "high", "auto" or empty
  std::string signature;  ///< the upstream's thought signature of this part; may be empty
  Place place;            ///< of a reference that may have to be fetched
  friend bool operator==(const Media&, const Media&) = default;
};

/// A thought of the model, as far as the model shows it.
struct Thought {
  std::string text;
  std::string signature;
  friend bool operator==(const Thought&, const Thought&) = default;
};

enum class ToolKind { kFunction, kCustom };

struct ToolCall {
  std::string id;
  std::string name;
  std::string arguments;  ///< raw JSON text of an object; plain input text for kCustom
  ToolKind kind = ToolKind::kFunction;
  std::string signature;
  friend bool operator==(const ToolCall&, const ToolCall&) = default;
};

struct ToolResult {
  std::string id;    ///< id of the ToolCall that this result answers
  std::string name;  ///< name of the tool
  std::vector<std::variant<Text, Media>> content;
  bool is_error = false;
  bool object = false;  ///< the first content is the text of a JSON object, not prose
  friend bool operator==(const ToolResult&, const ToolResult&) = default;
};

/// A refusal of the model, or one that the user quotes.
struct Refusal {
  std::string text;
  friend bool operator==(const Refusal&, const Refusal&) = default;
};

/// A block that only `dialect` understands; `body` is its JSON.
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
  std::string name;  ///< of the speaker; upstreams without such a field ignore it
  friend bool operator==(const Message&, const Message&) = default;
};

struct Tool {
  ToolKind kind = ToolKind::kFunction;
  std::string name;
  std::string description;
  std::string parameters;  ///< raw JSON Schema; empty: the tool takes no arguments
  bool strict = false;
  bool openapi = false;  ///< `parameters` is written in Gemini's OpenAPI subset
  std::string origin;    ///< further fields of the tool in its own dialect, as raw JSON
  friend bool operator==(const Tool&, const Tool&) = default;
};

/// kValidated: as kAuto, but the upstream holds calls to their schemas.
enum class ToolMode { kAuto, kNone, kRequired, kValidated };

struct ToolChoice {
  ToolMode mode = ToolMode::kAuto;
  std::vector<std::string> names;  ///< the only tools that may be called; empty: all
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
  bool openapi = false;  ///< `schema` is written in Gemini's OpenAPI subset
  friend bool operator==(const Format&, const Format&) = default;
};

/// The properties of a requested picture, in the Gemini API's terms.
struct Picture {
  std::string ratio;  ///< "16:9"; empty: the model decides
  std::string size;   ///< "2K"; empty: the model's default
  friend bool operator==(const Picture&, const Picture&) = default;
};

/// How hard the model should think, in the words that clients use, lowest first.
enum class Effort { kNone, kMinimal, kLow, kMedium, kHigh, kXHigh, kMax };

struct Reasoning {
  std::optional<Effort> effort;
  std::optional<std::int64_t> budget;  ///< tokens; -1: the model decides
  std::optional<bool> show;            ///< whether the response should contain thoughts
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

/// One chat request. System text stays in `messages` at the position that the client gave it.
struct Request {
  std::string model;  ///< the model name in the client's request
  std::vector<Message> messages;
  /// Further prompts, each answered like `messages`: legacy completions send several at once.
  /// Choice p * choices + c of the response is the c-th choice of prompt p.
  std::vector<std::vector<Message>> further;
  std::vector<Tool> tools;
  std::vector<HostedTool> hosted_tools;
  std::optional<ToolChoice> tool_choice;
  bool parallel_tool_calls = true;
  Format format;
  Reasoning reasoning;
  Sampling sampling;
  std::int64_t choices = 1;    ///< "n"
  bool fewer_will_do = false;  ///< the client accepts a response with fewer choices
  bool stream = false;
  bool stream_usage = false;  ///< the client asked for usage at the end of the stream
  std::string user;           ///< an end user's id; used for affinity, never sent upstream
  std::string cache_key;      ///< "prompt_cache_key"; used for affinity, never sent upstream
  std::string service_tier;   ///< "flex", "priority" or empty
  std::vector<std::string> modalities;  ///< "text", "image", "audio"; empty: text
  std::string voice;                    ///< of spoken output; empty: the upstream's default
  Picture picture;                      ///< of generated images
  std::string style;  ///< the client's variant of its dialect, if there are several; the
                      ///< response uses the same
  Extra extra;
  friend bool operator==(const Request&, const Request&) = default;
};

}  // namespace agm::chat
