#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <string_view>

#include "core/config/load.h"
#include "tests/support/temp_dir.h"

namespace agm::config {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

Checked Read(std::string_view text, const Environment& environment = {}) {
  return Check({std::string(text), "/etc/agm/f.toml"}, environment, {});
}

TelemetrySettings TelemetryOf(std::string_view text, const Environment& environment = {}) {
  const Checked checked = Read(text, environment);
  EXPECT_TRUE(checked.loaded) << Text(checked.problems);
  return checked.loaded ? checked.loaded->config.telemetry : TelemetrySettings();
}

std::vector<OwnPrice> PricesOf(std::string_view text) {
  const Checked checked = Read(text);
  EXPECT_TRUE(checked.loaded) << Text(checked.problems);
  EXPECT_THAT(checked.problems, SizeIs(0)) << Text(checked.problems);
  return checked.loaded ? checked.loaded->config.prices : std::vector<OwnPrice>();
}

TEST(ReadTelemetry, TakesTheFileBeforeTheStandardVariables) {
  const Environment environment = {{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://other:4318/"},
                                   {"OTEL_SERVICE_NAME", "other"},
                                   {"OTEL_TRACES_SAMPLER", "parentbased_traceidratio"},
                                   {"OTEL_TRACES_SAMPLER_ARG", "0.25"},
                                   {"OTEL_EXPORTER_OTLP_HEADERS", "x-key=a%20b"},
                                   {"OTEL_RESOURCE_ATTRIBUTES", "team=home, zone = b"}};
  const TelemetrySettings own = TelemetryOf(
      "[telemetry]\nendpoint = \"http://own:4318\"\nservice_name = \"mine\"\nsample = 0.5\n",
      environment);
  EXPECT_EQ(own.endpoint, "http://own:4318");
  EXPECT_EQ(own.service_name, "mine");
  EXPECT_EQ(own.sample, 0.5);
  const TelemetrySettings standard = TelemetryOf("", environment);
  EXPECT_EQ(standard.endpoint, "http://other:4318");
  EXPECT_EQ(standard.service_name, "other");
  EXPECT_EQ(standard.sample, 0.25);
  ASSERT_THAT(standard.headers, SizeIs(1));
  EXPECT_EQ(standard.headers[0].first, "x-key");
  EXPECT_EQ(standard.headers[0].second.Reveal(), "a b");
  ASSERT_THAT(standard.resource, SizeIs(2));
  EXPECT_EQ(standard.resource[1].first, "zone");
  EXPECT_EQ(standard.resource[1].second, "b");
}

TEST(ReadTelemetry, IsOffWhereTheSdkIsDisabled) {
  EXPECT_EQ(TelemetryOf("", {{"OTEL_SDK_DISABLED", "TRUE"},
                             {"OTEL_EXPORTER_OTLP_ENDPOINT", "http://other:4318"}})
                .endpoint,
            "");
  EXPECT_EQ(TelemetryOf("", {{"OTEL_TRACES_SAMPLER", "always_off"}}).sample, 0);
  EXPECT_EQ(
      TelemetryOf("", {{"OTEL_TRACES_SAMPLER", "traceidratio"}, {"OTEL_TRACES_SAMPLER_ARG", "2"}})
          .sample,
      1);
}

TEST(ReadTelemetry, TakesHeadersFromAFile) {
  const test::TempDir folder;
  const auto file = folder.Write("headers", "X-Key:  a:b \r\nno header\n\n x-other : c");
  const TelemetrySettings own =
      TelemetryOf("[telemetry]\nheaders_file = \"" + file.string() + "\"\n",
                  {{"OTEL_EXPORTER_OTLP_HEADERS", "x-more=d"}});
  ASSERT_THAT(own.headers, SizeIs(2));
  EXPECT_EQ(own.headers[0].first, "X-Key");
  EXPECT_EQ(own.headers[0].second.Reveal(), "a:b");
  EXPECT_EQ(own.headers[1].first, "x-other");
  EXPECT_EQ(own.headers[1].second.Reveal(), "c");
}

TEST(ReadTelemetry, SaysWhatIsWrong) {
  const auto problems = [](std::string_view text) { return Text(Read(text).problems); };
  EXPECT_THAT(problems("[telemetry]\nheaders_file = \"/nowhere/h\"\n"),
              HasSubstr("f.toml:2:16: telemetry.headers_file: /nowhere/h: no such file"));
  EXPECT_THAT(problems("telemetry = 1\n"), HasSubstr("expected a table: [telemetry]"));
}

TEST(ReadTelemetry, TakesAShareOfTracesFromZeroToOne) {
  const auto share = [](const std::string& sampler, const std::string& argument) {
    return TelemetryOf("",
                       {{"OTEL_TRACES_SAMPLER", sampler}, {"OTEL_TRACES_SAMPLER_ARG", argument}})
        .sample;
  };
  EXPECT_EQ(share("traceidratio", "0"), 0);
  EXPECT_EQ(share("traceidratio", "1"), 1);
  EXPECT_EQ(share("traceidratio", " 0.5 "), 0.5);
  for (const char* argument : {"", "-0.5", "1.5", "0.5x", "x"}) {
    EXPECT_EQ(share("traceidratio", argument), 1) << argument;
  }
  EXPECT_EQ(share("parentbased_always_off", "0.5"), 0);
  EXPECT_EQ(share("always_on", "0.5"), 1);
}

TEST(ReadPrices, TakesTheRowsOfTheSettingsBeforeThoseOfTheFile) {
  const test::TempDir folder;
  const std::string file = (folder.path() / "prices.toml").string();
  std::ofstream(file) << "[[models]]\nmatch = \"llama*\"\ninput = 0.25\n";
  const auto prices = PricesOf("[prices]\nfile = \"" + file +
                               "\"\n[[prices.models]]\nmatch = \"qwen3:8b\"\ninput = 0.1\n"
                               "output = 2\nfrom = \"2027-01-01\"\n");
  ASSERT_THAT(prices, SizeIs(2));
  EXPECT_EQ(prices[0].match, "qwen3:8b");
  EXPECT_EQ(prices[0].input, 100'000);
  EXPECT_EQ(prices[0].output, 2'000'000);
  EXPECT_EQ(prices[0].from, "2027-01-01");
  EXPECT_EQ(prices[1].match, "llama*");
  EXPECT_EQ(prices[1].input, 250'000);
}

TEST(ReadPrices, SaysWhatIsWrong) {
  const auto problems = [](std::string_view text) { return Text(Read(text).problems); };
  EXPECT_THAT(problems("[[prices.models]]\ninput = 1\n"), HasSubstr("it has no match"));
  EXPECT_THAT(problems("[prices]\nmodel = 1\n"), HasSubstr("did you mean \"models\""));
  EXPECT_THAT(problems("[prices]\nmodels = 1\n"), HasSubstr("an array of tables"));
  EXPECT_THAT(problems("[prices]\nfile = \"/nowhere.toml\"\n"), HasSubstr("prices.file"));
  EXPECT_THAT(problems("prices = 1\n"), HasSubstr("a table: [[prices.models]]"));
  EXPECT_THAT(problems("[prices]\nmodels = [1]\n"), HasSubstr("a table for each model"));
}

TEST(ReadPrices, SaysWhatIsWrongWithAFile) {
  const test::TempDir folder;
  const auto problems = [&](std::string_view text) {
    const auto file = folder.Write("prices.toml", text);
    return Text(Read("[prices]\nfile = \"" + file.string() + "\"\n").problems);
  };
  EXPECT_THAT(problems("[[models]]\nmatch = = 1\n"),
              HasSubstr("f.toml:2:8: prices.file: line 2: syntax error"));
  EXPECT_THAT(problems("[[model]]\nmatch = \"a\"\n"),
              HasSubstr("f.toml:2:8: prices.file: expected [[models]] in it"));
  EXPECT_THAT(problems("models = 1\n"), HasSubstr("prices.file: models: expected an array"));
}

}  // namespace
}  // namespace agm::config
