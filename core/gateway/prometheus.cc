#include "core/gateway/prometheus.h"

#include <fmt/format.h>

#include <cstdlib>
#include <iterator>

#include "core/base/utf8.h"

namespace agm::gateway {
namespace {

void AppendValue(std::string& out, std::string_view value) {
  for (const char c : ToUtf8(value)) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
}

}  // namespace

void PrometheusText::Family(std::string_view name, std::string_view type, std::string_view help) {
  family_ = name;
  fmt::format_to(std::back_inserter(text_), "# HELP {0} {2}\n# TYPE {0} {1}\n", name, type, help);
}

void PrometheusText::Name(std::string_view suffix, Labels labels, std::string_view le) {
  text_ += family_;
  text_ += suffix;
  char before = '{';
  const auto add = [&](std::string_view key, std::string_view value) {
    text_ += before;
    text_ += key;
    text_ += "=\"";
    AppendValue(text_, value);
    text_ += '"';
    before = ',';
  };
  for (const auto& [key, value] : labels) add(key, value);
  if (!le.empty()) add("le", le);
  text_ += before == ',' ? "} " : " ";
}

void PrometheusText::Sample(Labels labels, std::uint64_t value) {
  Name({}, labels, {});
  fmt::format_to(std::back_inserter(text_), "{}\n", value);
}

void PrometheusText::Sample(Labels labels, std::int64_t value) {
  Name({}, labels, {});
  fmt::format_to(std::back_inserter(text_), "{}\n", value);
}

void PrometheusText::Sample(Labels labels, double value) { Part({}, labels, {}, value); }

void PrometheusText::Money(Labels labels, ledger::Nano value) {
  constexpr ledger::Nano kDollar = 1'000'000'000;
  Name({}, labels, {});
  fmt::format_to(std::back_inserter(text_), "{}{}.{:09}\n", value < 0 ? "-" : "",
                 std::abs(value / kDollar), std::abs(value % kDollar));
}

void PrometheusText::Part(std::string_view suffix, Labels labels, std::string_view le,
                          double value) {
  Name(suffix, labels, le);
  fmt::format_to(std::back_inserter(text_), "{}\n", value);
}

}  // namespace agm::gateway
