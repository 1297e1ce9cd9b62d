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

/// What is done to one request instead of, or on top of, answering it.
struct Fault {
  // Instead of an answer
  std::optional<GoogleError> error;
  std::optional<std::string> body;  ///< these bytes, with `status` and `content_type`
  int status = 200;
  std::string content_type = "application/json; charset=UTF-8";
  std::vector<std::pair<std::string, std::string>> headers;

  // What is answered
  std::optional<std::string> text;
  int words = 0;                      ///< an answer of so many words
  bool empty = false;                 ///< a finish reason and nothing else
  std::optional<std::string> finish;  ///< another finish reason; empty: none at all
  std::string block;                  ///< the prompt is blocked for that reason
  std::optional<Duration> pace;

  // In the stream
  std::optional<int> cut_after_events;
  std::optional<int> fail_after_events;  ///< then comes `error`
  bool raw_error = false;                ///< without "data: " in front
  std::optional<int> stall_after_events;
  Duration stall{0};

  // On the wire
  Delivery delivery;
};

/// Changes the answer as the fault says.
void ShapeAnswer(const Fault& fault, Answer& answer);

/// `body` with the fault's cuts, stalls and errors in it.
std::unique_ptr<Body> BreakStream(const Fault& fault, std::unique_ptr<Body> body, StreamForm form);

}  // namespace agm::mock
