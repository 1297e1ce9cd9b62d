#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "core/ledger/entry.h"

namespace agm::gateway {

/// The labels of a sample, in the order in which they are written.
using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

/// Writes Prometheus text (exposition format 0.0.4).
///
///   PrometheusText text;
///   text.Family("agm_requests_total", "counter", "Finished requests by route and status.");
///   text.Sample({{"route", route}, {"status", "200"}}, count);
///   return std::move(text).Take();
///
/// Thread safety: one thread at a time.
class PrometheusText {
 public:
  /// Begins a family; the samples that follow belong to it.
  void Family(std::string_view name, std::string_view type, std::string_view help);
  void Sample(Labels labels, std::uint64_t value);
  void Sample(Labels labels, std::int64_t value);
  void Sample(Labels labels, int value) { Sample(labels, std::int64_t{value}); }
  void Sample(Labels labels, double value);
  /// An amount of money, exact to the nano-dollar.
  void Money(Labels labels, ledger::Nano value);
  /// A sample of a histogram, whose name has a suffix: "_bucket", "_sum", "_count". `le` is a label
  /// after the others; empty: none.
  void Part(std::string_view suffix, Labels labels, std::string_view le, double value);

  std::string Take() && { return std::move(text_); }

 private:
  void Name(std::string_view suffix, Labels labels, std::string_view le);

  std::string text_;
  std::string_view family_;
};

}  // namespace agm::gateway
