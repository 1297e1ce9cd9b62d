#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "core/mock/answer.h"
#include "core/mock/answer_writer.h"
#include "core/mock/google_error.h"
#include "core/mock/reply.h"

namespace agm::mock {

/// The treatment of one request instead of, or in addition to, a normal reply.
struct Fault {
  // Instead of a reply
  std::optional<GoogleError> error;
  std::optional<std::string> body;  ///< exactly these bytes, with `status` and `content_type`
  int status = 200;
  std::string content_type = "application/json; charset=UTF-8";
  std::vector<std::pair<std::string, std::string>> headers;

  // Changes to the answer
  std::optional<std::string> text;
  int words = 0;                      ///< the number of words in the answer
  bool empty = false;                 ///< a finish reason and no content
  std::optional<std::string> finish;  ///< another finish reason; empty: none
  std::string block;                  ///< the prompt is blocked for this reason
  std::optional<Duration> pace;
  std::vector<std::string> odd;  ///< oddities of a server with OpenAI's API (openai_answer.h)

  // Inside the stream
  std::optional<int> cut_after_events;
  std::optional<int> fail_after_events;  ///< `error` follows this number of events
  bool raw_error = false;                ///< without the prefix "data: "
  std::optional<int> stall_after_events;
  Duration stall{0};

  // On the connection
  Delivery delivery;
};

/// Applies the fault's changes to the answer.
void ShapeAnswer(const Fault& fault, Answer& answer);

/// Adds the fault's cuts, stalls and errors to `body`.
std::unique_ptr<Body> BreakStream(const Fault& fault, std::unique_ptr<Body> body, StreamForm form);

}  // namespace agm::mock
