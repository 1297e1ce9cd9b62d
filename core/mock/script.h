#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/mock/fault.h"

namespace agm::mock {

/// What a script may look at.
struct Occasion {
  std::string_view key;     ///< the credential
  std::string_view model;   ///< empty for the list of models and for /token
  std::string_view method;  ///< "generateContent", ...; "models" for GET models; "token"
  std::string_view body;

  /// A call of a model's method, as opposed to looking models up or fetching a token.
  bool is_call() const { return method != "models" && method != "token"; }
};

/// A fault plan: a JSON text with a list of steps. For each request the first step that fits and is
/// not used up is done; where none fits, the request is answered.
///
///   {"steps": [
///     {"match": {"key": "work", "model": "gemini-2.5-*"}, "times": 2,
///      "do": {"error": "quota-day", "retry": "36s"}},
///     {"match": {"method": "streamGenerateContent", "nth": 3}, "do": {"cut_after_events": 2}}
///   ]}
///
/// match, all optional (a missing match fits every call of a model's method):
///   key, text    part of the credential, of the request's body
///   model        a name; * stands for anything
///   method       generateContent, streamGenerateContent, countTokens, embedContent,
///                batchEmbedContents, predict; models (the list) and token only when named
///   nth          only the nth request that fits the rest and no step above, counted from 1
/// times: how often the step is done, then it passes; missing: always
/// do, any of:
///   error        a class of TroubleNames(); retry: what a quota error asks to wait, "0": nothing
///   status, message   another HTTP status or text for the error; status alone: an error of that
///   html         a front end's page with that status
///   body, content_type, headers {..}   these bytes instead of an answer (status 200 or `status`)
///   garbage      true: a 200 whose JSON breaks off
///   hang_ms      before the head; close: no answer at all; reset: cuts and closes are TCP resets
///   cut_after_bytes, cut_after_events   breaks the connection off inside the body
///   fail_after_events   `error` inside the stream (raw: without "data: ")
///   stall_after_events, stall_ms        a pause inside the stream
///   split        at most so many bytes a write; slow_ms: a pause between such writes
///   text, words  what is answered: this, or so many words; empty: true for a bare finish reason
///   finish       another finish reason; "": none; block: promptFeedback with that reason
///   pace_ms      between the words of the stream
///
/// Thread safety: one thread at a time.
class Script {
 public:
  /// An empty text is a script without steps. kConfig names the member that is wrong.
  static Result<Script> Read(std::string_view json);

  /// The fault for this request, if any; counts it.
  std::optional<Fault> Match(const Occasion& occasion);

 private:
  struct Step {
    std::string key, text, model, method;
    int nth = 0;
    int times = -1;
    std::string error, retry, message;  ///< the error is made when it is known for which model
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
