#pragma once

#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/base/result.h"
#include "core/config/config.h"

/// A request as a file that can be played again anywhere: what the client sent, what the upstream
/// answered, and what came of it. A fault report in this form is a regression test.
namespace agm::replay {

/// One upstream call.
struct UpstreamCall {
  std::string path;  ///< with the query, without the host
  std::string sent;  ///< the body; empty: not compared
  int status = 200;  ///< 0: there was no answer, `ended` says why
  std::string content_type = "application/json";
  std::string retry_after;         ///< the header; empty: none
  std::string ended = "complete";  ///< or the code of the error that broke the answer off
  std::string body;
};

struct Outcome {
  int status = 0;
  std::string content_type;
  std::string body;
};

/// The file:
///
///   {"agm_capture": 1, "about": "...", "recorded": {...},
///    "mapping": [{"from": "gpt-4o", "to": ["gemini-2.5-flash"]}], "accounts": 2,
///    "request": {"method": "POST", "path": "/v1/chat/completions", "content_type": "...", BODY},
///    "upstream": [{"path": "...", "sent": {BODY}, "status": 200, "content_type": "...",
///                  "retry_after": "...", "ended": "complete", BODY}],
///    "response": {"status": 200, "content_type": "...", BODY}}
///
/// BODY is "json" with a value, or "body" with the text where it is no JSON or other bytes than
/// ours for it, or "base64" where it is no text; `sent` is such an object too. All members but
/// `agm_capture` and `request` may be left out. `recorded` says what happened when the request was
/// recorded, for people.
struct Capture {
  std::string about;
  Json recorded;
  std::vector<config::MappingRule> mapping;
  int accounts = 1;
  std::string method = "POST";
  std::string path;
  std::string content_type = "application/json";
  std::string body;
  std::vector<UpstreamCall> upstream;
  Outcome response;
};

/// kInvalidRequest says which member is not as expected.
Result<Capture> ReadCapture(std::string_view text);
std::string WriteCapture(const Capture& capture);

}  // namespace agm::replay
