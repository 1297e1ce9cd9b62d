#include "cli/schema_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "cli/table.h"
#include "core/base/file.h"
#include "core/mapping/model_map.h"
#include "core/protocol/gemini/model_traits.h"
#include "core/protocol/schema/schema.h"

namespace agm::cli {
namespace {

using protocol::SchemaFate;
using protocol::SchemaNote;

constexpr std::size_t kLargest = 16U << 20U;

struct FateLook {
  std::string_view name;
  Colour colour;
};

constexpr std::array<FateLook, 4> kFates = {
    FateLook{"kept", Colour::kGreen}, FateLook{"changed", Colour::kGreen},
    FateLook{"hinted", Colour::kYellow}, FateLook{"dropped", Colour::kRed}};

const FateLook& LookOf(SchemaFate fate) { return kFates[static_cast<std::size_t>(fate)]; }

/// A schema in the form that a model gets.
struct Checked {
  std::string model;  ///< the upstream's name
  std::string field;  ///< of a tool's declaration
  std::string response_field;
  protocol::SchemaText text;

  std::int64_t Count(SchemaFate fate) const {
    return std::ranges::count(text.notes, fate, &SchemaNote::fate);
  }
};

Result<std::string> ReadSchemaFile(const Context& context, const std::string& file) {
  if (file == "-") return context.io().ReadAll(kLargest);
  auto text = ReadFile(file, kLargest);
  if (!text) return Fail(ErrorCode::kConfig, "{}", text.error().message);
  return text;
}

Error Unusable(const std::string& file, const std::string& why) {
  const std::string name = file == "-" ? "standard input" : file;
  return Fail(ErrorCode::kUpstreamRejected, "{}: {}", name, why);
}

/// Refuses input that is not a JSON schema; accepted text is a JSON object.
Result<void> CheckFrame(const std::string& file, const std::string& text) {
  const auto json = ParseJson(text);
  if (!json) return Unusable(file, json.error().message);
  if (!json->is_object()) {
    return Unusable(file, fmt::format("expected a JSON schema, which is an object, found {}",
                                      json->is_array() ? "an array" : json->type_name()));
  }
  const auto type = json->find("type");
  if (type == json->end() || !type->is_string()) return {};
  constexpr std::array kTypes = {"string",  "number", "integer", "boolean", "array",
                                 "object",  "null",   "STRING",  "NUMBER",  "INTEGER",
                                 "BOOLEAN", "ARRAY",  "OBJECT",  "NULL"};
  const std::string word = type->get<std::string>();
  if (std::ranges::find(kTypes, word) != kTypes.end()) return {};
  const bool wrapped = word == "function" || word == "json_schema";
  return Unusable(file,
                  fmt::format("type: \"{}\" is no type of JSON Schema{}", word,
                              wrapped ? "; give the schema alone, which lies inside of this" : ""));
}

/// The upstream model that a client's name resolves to.
Result<std::string> Target(const Context& context, const std::string& name) {
  const auto config = context.Config();
  if (!config) return config.error();
  const auto resolved = mapping::ModelMap(**config).Resolve(name);
  if (!resolved) return resolved.error();
  return resolved->targets.front();
}

Result<Checked> Check(const SchemaCheckOptions& options, const std::string& model,
                      const std::string& text) {
  const protocol::ModelTraits traits = protocol::TraitsOf(model);
  if (!traits.tools && !traits.json) {
    return Unusable(options.file, model + " takes neither tools nor schemas");
  }
  Checked checked{model, "parametersJsonSchema", "responseJsonSchema", {}};
  if (traits.json_schema && !options.lowered) {
    checked.text = protocol::CleanSchema(text, protocol::SchemaReport::kAll);
  } else {
    checked.field = "parameters";
    checked.response_field = "responseSchema";
    checked.text = protocol::LowerSchema(text, protocol::SchemaReport::kAll);
  }
  return checked;
}

/// The path of the schema that contains the keyword.
std::string Place(const SchemaNote& note) {
  std::string place = note.path.substr(0, note.path.size() - note.keyword.size());
  if (!note.keyword.empty() && place.ends_with('.')) place.pop_back();
  return place;
}

Json ToJson(const SchemaCheckOptions& options, const Checked& checked) {
  Json json = {{"asked", options.model},
               {"model", checked.model},
               {"field", checked.field},
               {"response_field", checked.response_field}};
  for (const SchemaFate fate :
       {SchemaFate::kKept, SchemaFate::kChanged, SchemaFate::kHinted, SchemaFate::kDropped}) {
    json[std::string(LookOf(fate).name)] = checked.Count(fate);
  }
  json["keywords"] = Json::array();
  for (const SchemaNote& note : checked.text.notes) {
    json["keywords"].push_back({{"path", Place(note)},
                                {"keyword", note.keyword},
                                {"fate", LookOf(note.fate).name},
                                {"what", note.what}});
  }
  json["schema"] = ParseJson(checked.text.json).value();
  return json;
}

void PrintText(Io& io, const SchemaCheckOptions& options, const Checked& checked) {
  Table table({"PATH", "KEYWORD", "FATE", "WHAT BECAME OF IT"});
  for (const SchemaNote& note : checked.text.notes) {
    const std::string place = Place(note);
    table.Add({place.empty() ? "(root)" : place, note.keyword,
               Cell(std::string(LookOf(note.fate).name), LookOf(note.fate).colour), note.what});
  }
  table.Print(io);
  std::string counts;
  for (const SchemaFate fate :
       {SchemaFate::kKept, SchemaFate::kChanged, SchemaFate::kHinted, SchemaFate::kDropped}) {
    counts +=
        fmt::format("{}{} {}", counts.empty() ? "" : ", ", checked.Count(fate), LookOf(fate).name);
  }
  const std::string model = options.model == checked.model
                                ? checked.model
                                : fmt::format("{} (for {})", checked.model, options.model);
  io.Print("\n{}\n\nTo {}, as {} of a tool\nor {} of an answer:\n\n{}\n", counts, model,
           checked.field, checked.response_field,
           DumpJson(ParseJson(checked.text.json).value(), 2));
}

}  // namespace

void AddSchemaCheck(Commands at, Run<SchemaCheckOptions> run) {
  auto options = std::make_shared<SchemaCheckOptions>();
  CommandHandle command = at.Command(
      "check", "Say what becomes of a JSON schema on its way to a model", options, std::move(run));
  command.Option("FILE", options->file, "The schema, - for standard input").Required().Type("FILE");
  command
      .Option("--model", options->model,
              "The model that a client would ask for (default gemini-3-flash)")
      .Type("MODEL");
  command.Flag("--lowered", options->lowered,
               "Show the plainer form that is sent where the first one is refused");
  command.Footer(Examples(
      {{"See what is kept, hinted and dropped", "agm schema check weather.json"},
       {"A tool of a request, for another model",
        "jq .tools[0].function.parameters request.json | agm schema check - --model gpt-4o"}}));
}

Result<void> RunSchemaCheck(const Context& context, const SchemaCheckOptions& options) {
  auto model = Target(context, options.model);
  if (!model) return std::move(model).error();
  auto text = ReadSchemaFile(context, options.file);
  if (!text) return std::move(text).error();
  if (auto frame = CheckFrame(options.file, *text); !frame) return frame;
  const auto checked = Check(options, *model, *text);
  if (!checked) return checked.error();
  if (context.json()) {
    context.io().PrintJson(ToJson(options, *checked));
  } else {
    PrintText(context.io(), options, *checked);
  }
  return {};
}

void AddSchema(Commands at) {
  Commands group = at.Group("schema", "Look at what becomes of JSON schemas");
  group.Footer(Examples({{"See what a schema becomes for a model",
                          "agm schema check answer.json --model gemini-3.8-flash"}}));
  AddSchemaCheck(group);
}

}  // namespace agm::cli
