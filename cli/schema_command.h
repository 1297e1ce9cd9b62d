#pragma once

#include <string>

#include "cli/command.h"

namespace agm::cli {

struct SchemaCheckOptions {
  std::string file;  ///< "-": standard input
  std::string model = "gemini-3-flash";
  bool lowered = false;  ///< the form for models and routes that refuse real JSON schemas
};

/// `agm schema check FILE`: shows what becomes of a JSON schema on its way to a model, keyword by
/// keyword, and the schema that is sent. kNotFound or kIo if the file cannot be read,
/// kUpstreamRejected if it is not a schema, kUnknownModel for an invalid model name.
Result<void> RunSchemaCheck(const Context& context, const SchemaCheckOptions& options);

void AddSchemaCheck(Commands at, Run<SchemaCheckOptions> run = RunSchemaCheck);

/// `agm schema` with its subcommand.
void AddSchema(Commands at);

}  // namespace agm::cli
