#include "core/gateway/prometheus.h"

#include <gtest/gtest.h>

#include <string>

namespace agm::gateway {
namespace {

TEST(PrometheusText, WritesFamiliesAndSamples) {
  PrometheusText text;
  text.Family("agm_requests_total", "counter", "Finished requests.");
  text.Sample({}, std::uint64_t{18'446'744'073'709'551'615U});
  text.Sample({{"route", "chat"}}, -5);
  text.Sample({{"route", "chat"}, {"status", "200"}}, 0.25);
  EXPECT_EQ(std::move(text).Take(),
            "# HELP agm_requests_total Finished requests.\n"
            "# TYPE agm_requests_total counter\n"
            "agm_requests_total 18446744073709551615\n"
            "agm_requests_total{route=\"chat\"} -5\n"
            "agm_requests_total{route=\"chat\",status=\"200\"} 0.25\n");
}

TEST(PrometheusText, EscapesTheValuesOfLabels) {
  PrometheusText text;
  text.Family("a", "gauge", "A.");
  text.Sample({{"key", "a\"b\\c\nd\xFF"}}, 1);
  EXPECT_TRUE(std::move(text).Take().ends_with("a{key=\"a\\\"b\\\\c\\nd\xEF\xBF\xBD\"} 1\n"));
}

TEST(PrometheusText, WritesMoneyToTheNanoDollar) {
  PrometheusText text;
  text.Family("a", "counter", "A.");
  text.Money({}, 1'000'000'001);
  text.Money({}, 999'999'999);
  text.Money({{"k", "v"}}, 2'500'000'000);
  text.Money({}, -500'000'000);
  EXPECT_TRUE(std::move(text).Take().ends_with(
      "\na 1.000000001\na 0.999999999\na{k=\"v\"} 2.500000000\na -0.500000000\n"));
}

TEST(PrometheusText, PutsTheBoundOfABucketBehindTheLabels) {
  PrometheusText text;
  text.Family("a", "histogram", "A.");
  text.Part("_bucket", {{"k", "v"}}, "0.5", 3);
  text.Part("_bucket", {}, "+Inf", 4);
  text.Part("_sum", {}, "", 1.5);
  EXPECT_TRUE(std::move(text).Take().ends_with(
      "\na_bucket{k=\"v\",le=\"0.5\"} 3\na_bucket{le=\"+Inf\"} 4\na_sum 1.5\n"));
}

}  // namespace
}  // namespace agm::gateway
