#pragma once

#include "core/gateway/visit.h"
#include "core/http/wire/message.h"

/// Files in OpenAI's and in Anthropic's API. They are files of the Gemini API, so that a file of
/// one API can be used in all; parts of requests name them by `file_id`.
namespace agm::gateway {

/// POST /v1/files: a form with the field `file`.
http::Reply CreateFile(Visit& visit);
http::Reply ListFiles(Visit& visit);
/// GET and DELETE of one (Route::id).
http::Reply UseFile(Visit& visit);
/// GET /v1/files/{id}/content, as far as the upstream lets files be read.
http::Reply FileContent(Visit& visit);

}  // namespace agm::gateway
