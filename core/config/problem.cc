#include "core/config/problem.h"

#include <algorithm>
#include <tuple>

namespace agm::config {

std::string Problem::Text() const {
  std::string text = file;
  if (at.line > 0) text += fmt::format(":{}:{}", at.line, at.column);
  if (!text.empty()) text += ": ";
  if (severity == Severity::kWarning) text += "warning: ";
  return text + message;
}

std::string Text(const std::vector<Problem>& problems) {
  std::string text;
  for (const Problem& problem : problems) {
    if (!text.empty()) text += '\n';
    text += problem.Text();
  }
  return text;
}

std::vector<Problem> Findings::Take() {
  std::ranges::stable_sort(problems_, {}, [](const Problem& problem) {
    // Problems without a position come last.
    return std::tuple(problem.at.line == 0, problem.at.line, problem.at.column);
  });
  errors_ = false;
  return std::move(problems_);
}

void Findings::Add(Severity severity, Place at, std::string message) {
  if (severity == Severity::kError) errors_ = true;
  problems_.push_back({severity, file_, at, std::move(message)});
}

}  // namespace agm::config
