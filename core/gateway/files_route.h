#pragma once

#include <string>
#include <string_view>

#include "core/base/json_doc.h"
#include "core/base/json_writer.h"
#include "core/gateway/visit.h"
#include "core/http/wire/message.h"
#include "core/store/resources.h"

/// Files in OpenAI's and in Anthropic's API. They are files of the Gemini API, so that a file of
/// one API can be used in all; parts of requests name them by `file_id`.
namespace agm::gateway {

/// How an API names and writes files.
struct FileApi {
  std::string_view id_prefix;
  /// Writes a file; `object` is the Gemini API's description of it.
  void (*write)(JsonWriter& json, const std::string& id, const store::Resource& file,
                JsonView object);
  std::string_view list_object;        ///< the member "object" of a list; empty: it has none
  void (*write_deleted)(JsonWriter&);  ///< writes the members that follow the id
};

extern const FileApi kOpenAiFiles;
extern const FileApi kAnthropicFiles;

/// POST /v1/files: a form with the field `file`.
http::Reply CreateFile(Visit& visit, const FileApi& api);
http::Reply ListFiles(Visit& visit, const FileApi& api);
/// GET and DELETE of one (Route::id).
http::Reply UseFile(Visit& visit, const FileApi& api);
/// GET /v1/files/{id}/content, as far as the upstream lets files be read.
http::Reply FileContent(Visit& visit);

}  // namespace agm::gateway
