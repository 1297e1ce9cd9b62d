#include "core/protocol/schema.h"

namespace agm::protocol {

SchemaText CleanSchema(std::string_view schema) { return {std::string(schema), {}}; }

SchemaText LowerSchema(std::string_view schema) { return {std::string(schema), {}}; }

}  // namespace agm::protocol
