#pragma once

#include <string>

#include "cli/command.h"

namespace agm::cli {

struct SchemaCheckOptions {
  std::string file;  ///< "-": standard input
  std::string model = "gemini-3-flash";
  bool lowered = false;  ///< the form for models and routes that refuse real JSON schemas
};

/// `agm schema check FILE`: what becomes of a JSON schema on its way to a model, keyword by
/// keyword, and the schema that is sent. A file that cannot be read is kNotFound or kIo, what is no
/// schema kUpstreamRejected, a name that no upstream could take kUnknownModel.
Result<void> RunSchemaCheck(const Context& context, const SchemaCheckOptions& options);

void AddSchemaCheck(Commands at, Run<SchemaCheckOptions> run = RunSchemaCheck);

/// `agm schema`, with the above.
void AddSchema(Commands at);

}  // namespace agm::cli
