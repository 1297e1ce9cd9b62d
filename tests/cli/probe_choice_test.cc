#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "cli/gateway_client.h"
#include "cli/probe_command.h"
#include "cli/run_file.h"
#include "tests/cli/command_fixture.h"

namespace agm::cli {
namespace {

/// Passes a request on to the gateway at its port.
class Switchboard : public http::Transport {
 public:
  explicit Switchboard(std::map<std::string, FakeGateway>& gateways) : gateways_(gateways) {}
  Result<std::unique_ptr<http::Download>> Send(const http::OutgoingRequest& request,
                                               const Cancellation& cancelled) override {
    const std::size_t begin = request.url.rfind(':') + 1;
    const std::string port = request.url.substr(begin, request.url.find('/', begin) - begin);
    return gateways_[port].Transport()->Send(request, cancelled);
  }

 private:
  std::map<std::string, FakeGateway>& gateways_;
};

/// A configured address, 9001, and that of a run file, 9002.
struct TwoPlaces : CommandTest {
  TwoPlaces() {
    WriteConfig("[proxy]\nport = 9001\n");
    run = *RunFile::Write(*context().StateFolder(), "http://127.0.0.1:9002");
  }
  void Health(const std::string& port, int status) {
    gateways[port].answers["GET /healthz"] = {status, R"({"status":"ok"})"};
    gateways[port].up = status != 0;
  }
  std::string Probed(int first, int second) {
    Health("9001", first);
    Health("9002", second);
    io.out.clear();
    Context there(io, clock, env, [this] { return std::make_unique<Switchboard>(gateways); });
    there.globals.json = true;
    ProbeOptions options;
    options.only = {"health"};
    const auto probed = RunProbe(there, options);
    const std::string url =
        io.out.empty() ? probed.error().message : Document()["base_url"].get<std::string>();
    return url.substr(url.rfind(':') + 1);
  }
  std::map<std::string, FakeGateway> gateways;
  std::optional<RunFile> run;
};

TEST(Probe, PrefersAGatewayToAnotherProgram) {
  TwoPlaces t;
  EXPECT_EQ(t.Probed(200, 200), "9001");
  for (const int status : {200, 401, 403}) {
    EXPECT_EQ(t.Probed(404, status), "9002") << status;
    EXPECT_EQ(t.Probed(0, status), "9002") << status;
    EXPECT_EQ(t.Probed(status, 200), "9001") << status;
  }
  EXPECT_EQ(t.Probed(404, 500), "9001");
  EXPECT_EQ(t.Probed(500, 0), "9001");
  EXPECT_EQ(t.Probed(0, 500), "9002");
  EXPECT_EQ(t.Probed(0, 0), " connection refused");
}

TEST(Probe, TakesATimeoutOfAMillisecondToADay) {
  CommandTest t;
  t.gateway.answers["GET /healthz"] = {200, R"({"status":"ok"})"};
  for (const char* good : {"0.001", "1", "86400"}) {
    EXPECT_EQ(t.Agm({"probe", "--only", "health", "--timeout", good}), 0) << good << t.io.err;
  }
  for (const char* wrong : {"0.0009", "86400.5", "5s", "5 ", "", "1e9"}) {
    EXPECT_EQ(t.Agm({"probe", "--only", "health", "--timeout", wrong}), 2) << wrong;
  }
  EXPECT_EQ(t.Agm({"probe", "--timeout", "5s"}), 2);
  EXPECT_TRUE(Has(t.io.err, "\"5s\" is not a number of seconds")) << t.io.err;
  const std::string longest(20, 'x');
  EXPECT_EQ(t.Agm({"probe", "--timeout", longest}), 2);
  EXPECT_TRUE(Has(t.io.err, "\"" + longest + "\" is not a number of seconds")) << t.io.err;
  EXPECT_EQ(t.Agm({"probe", "--timeout", longest + "x"}), 2);
  EXPECT_TRUE(Has(t.io.err, "\"...\" is not a number of seconds")) << t.io.err;
}

TEST(Probe, GoesOnAfterAnswersThatAreWrongInTheSameWay) {
  CommandTest t;
  t.gateway.otherwise = {200, "[]"};
  EXPECT_EQ(t.Agm({"probe", "--only", "chat,tools,json_schema", "--json"}), 1);
  EXPECT_EQ(t.Document()["failed"], 3) << t.io.out;
}

TEST(Probe, StopsWhereNoAnswerComes) {
  CommandTest t;
  t.gateway.answers["GET /healthz"] = {200, R"({"status":"ok"})"};
  t.gateway.answers["GET /healthz"].delay = [&] { t.gateway.up = false; };
  EXPECT_EQ(t.Agm({"probe", "--only", "chat,tools", "--json"}), 1);
  const Json cases = t.Document()["cases"];
  EXPECT_EQ(cases[0]["result"], "failed");
  EXPECT_EQ(cases[1]["result"], "skipped");
  for (const char* name : {"status", "latency_ms", "first_byte_ms", "mapped_model", "account"}) {
    ASSERT_TRUE(cases[0].contains(name)) << name;
    EXPECT_TRUE(cases[0][name].is_null()) << name;
  }
  t.gateway.up = true;
  t.gateway.answers["GET /healthz"].delay = {};
  EXPECT_EQ(t.Agm({"probe", "--only", "health", "--json"}), 0);
  EXPECT_TRUE(t.Document()["cases"][0]["first_byte_ms"].is_number());
}

TEST(Probe, TakesNoTerminalForNarrowerThanFortyColumns) {
  const auto shown = [](int width) {
    CommandTest t;
    t.io.out_is_terminal = true;
    t.io.width = width;
    t.gateway.otherwise = {500, R"({"error":{"message":"one two three four five six seven"}})"};
    t.Agm({"probe", "--only", "chat"});
    return t.io.out;
  };
  EXPECT_EQ(shown(20), shown(40));
  EXPECT_NE(shown(30), shown(60));
}

TEST(Ask, TakesAnEmptyAnswersFirstByteForItsEnd) {
  CommandTest t;
  t.gateway.answers["GET /x"] = {204, ""};
  const auto gateways = FindGateways(t.context());
  ASSERT_TRUE(gateways);
  const auto answer = Ask(t.context(), gateways->front(), {"GET", "/x", {}, {}}, Duration(1'000));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 204);
  EXPECT_EQ(answer->first_byte, answer->latency);
}

}  // namespace
}  // namespace agm::cli
