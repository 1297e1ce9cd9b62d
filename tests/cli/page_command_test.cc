#include "cli/page_command.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/cli/command_fixture.h"

namespace agm::cli {
namespace {

/// A gateway whose page asks for a key, and a browser that notes what it opens.
class PageTest : public testing::Test {
 protected:
  void SetUp() override {
    t_.WriteConfig("[proxy]\nport = 8045\n");
    Says(200, R"({"token":"once"})");
  }
  void Says(int status, const std::string& body) {
    t_.gateway.answers["POST /agm/session/token"] = {status, body};
  }
  Result<void> Run(bool print = false) {
    PageOptions options;
    options.print = print;
    options.browser.open = [&](const Context&, const std::string& url) { opened_.push_back(url); };
    return RunPage(t_.context(), options);
  }

  CommandTest t_;
  std::vector<std::string> opened_;
};

TEST_F(PageTest, OpensTheAddressThatItPrints) {
  ASSERT_TRUE(Run());
  EXPECT_EQ(t_.io.out, "http://127.0.0.1:8045/agm/#t=once\n");
  EXPECT_EQ(opened_, std::vector<std::string>{"http://127.0.0.1:8045/agm/#t=once"});
}

TEST_F(PageTest, OpensNothingWhereOnlyTheAddressIsWanted) {
  ASSERT_TRUE(Run(true));
  EXPECT_EQ(t_.io.out, "http://127.0.0.1:8045/agm/#t=once\n");
  t_.io.out.clear();
  t_.context().globals.json = true;
  ASSERT_TRUE(Run());
  EXPECT_EQ(t_.Document(), (Json{{"url", "http://127.0.0.1:8045/agm/#t=once"}}));
  EXPECT_TRUE(opened_.empty());
}

TEST_F(PageTest, NeedsNoTokenWhereTheGatewayAsksForNoKey) {
  Says(200, R"({"token":null})");
  ASSERT_TRUE(Run());
  EXPECT_EQ(t_.io.out, "http://127.0.0.1:8045/agm/\n");
}

TEST_F(PageTest, SaysWhyThereIsNoPage) {
  Says(200, R"({"other":1})");
  EXPECT_EQ(Run().error().message, "http://127.0.0.1:8045/agm/ is not the page of a gateway");
  Says(200, "[]");
  EXPECT_EQ(Run().error().code, ErrorCode::kUpstreamRejected);
  Says(200, "<html>");
  EXPECT_FALSE(Run());
  Says(403, R"({"error":{"message":"the page is off"}})");
  EXPECT_TRUE(Has(Run().error().message, "the page is off"));
  t_.gateway.up = false;
  EXPECT_EQ(Run().error().code, ErrorCode::kUpstreamUnavailable);
  EXPECT_TRUE(opened_.empty());
  EXPECT_EQ(t_.io.out, "");
}

}  // namespace
}  // namespace agm::cli
