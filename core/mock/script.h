#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/mock/fault.h"

namespace agm::mock {

/// The properties of a request that a script can match.
struct Occasion {
  std::string_view key;     ///< the credential
  std::string_view model;   ///< empty for the list of models and for /token
  std::string_view method;  ///< "generateContent", ...; "models" for GET models; "token"
  std::string_view body;

  /// True for a call of a model's method; false for model lookups and token requests.
  bool is_call() const { return method != "models" && method != "token"; }
};

/// A fault plan: a JSON text with a list of steps. The first matching step that is not used up
/// applies to a request; if none matches, the request is answered normally.
///
///   {"steps": [
///     {"match": {"key": "work", "model": "gemini-2.5-*"}, "times": 2,
///      "do": {"error": "quota-day", "retry": "36s"}},
///     {"match": {"method": "streamGenerateContent", "nth": 3}, "do": {"cut_after_events": 2}}
///   ]}
///
/// match, all members optional (without match a step applies to every call of a model's method):
///   key, text    part of the credential, part of the request's body
///   model        a name; * matches any text
///   method       generateContent, streamGenerateContent, countTokens, embedContent,
///                batchEmbedContents, predict; models (the list) and token only if named here
///   nth          only the nth request that matches the rest and no earlier step, counted from 1
/// times: how often the step applies; missing: always
/// do, any of:
///   error        a class of TroubleNames(); retry: the delay in a quota error, "0": none
///   status, message   another HTTP status or text of the error; status alone: such an error
///   html         a front end's page with that status
///   body, content_type, headers {..}   these bytes instead of an answer (status 200 or `status`)
///   garbage      true: a 200 whose JSON is truncated
///   hang_ms      pause before the head; close: no reply; reset: cuts and closes are TCP resets
///   cut_after_bytes, cut_after_events   closes the connection inside the body
///   fail_after_events   `error` inside the stream (raw: without "data: ")
///   stall_after_events, stall_ms        a pause inside the stream
///   split        maximum number of bytes per write; slow_ms: pause between such writes
///   text, words  the answer: this text, or this number of words; empty: true for no content
///   finish       another finish reason; "": none; block: promptFeedback with this reason
///   pace_ms      pause between the words of the stream
///   odd          an oddity of a server with OpenAI's API: see openai_answer.h
///
/// Thread safety: one thread at a time.
class Script {
 public:
  /// An empty text is a script without steps. Errors are kConfig and name the invalid member.
  static Result<Script> Read(std::string_view json);

  /// The fault for this request, if any. Counts the request.
  std::optional<Fault> Match(const Occasion& occasion);

 private:
  struct Step {
    std::string key, text, model, method;
    int nth = 0;
    int times = -1;
    std::string error, retry, message;  ///< the error is created once the model is known
    int status = 0;
    Fault fault;
    int seen = 0;
    int done = 0;
  };
  friend class ScriptReader;
  static bool Fits(const Step& step, const Occasion& occasion);
  static Fault Make(const Step& step, std::string_view model);

  std::vector<Step> steps_;
};

}  // namespace agm::mock
