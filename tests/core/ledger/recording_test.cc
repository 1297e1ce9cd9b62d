#include "core/ledger/recording.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/fake_clock.h"
#include "tests/support/temp_dir.h"

namespace agm::ledger {
namespace {

using namespace std::chrono_literals;

class RecordingTest : public testing::Test {
 protected:
  test::TempDir folder_;
  test::FakeClock clock_;
};

TEST_F(RecordingTest, LastsUntilItsEnd) {
  Recording recording(folder_.path(), clock_);
  EXPECT_FALSE(recording.On());
  ASSERT_TRUE(Recording::Start(folder_.path(), clock_.Wall() + 10min));
  EXPECT_EQ(Recording::Until(folder_.path()), clock_.Wall() + 10min);
  clock_.Advance(1s);
  EXPECT_TRUE(recording.On());
  clock_.Advance(10min - 1s - 1ms);
  EXPECT_TRUE(recording.On());
  clock_.Advance(1ms);
  EXPECT_FALSE(recording.On());
}

TEST_F(RecordingTest, IsNoticedWithinASecond) {
  ASSERT_TRUE(Recording::Start(folder_.path(), clock_.Wall() + 10min));
  Recording recording(folder_.path(), clock_);
  EXPECT_TRUE(recording.On());
  ASSERT_TRUE(Recording::Stop(folder_.path()));
  EXPECT_EQ(Recording::Until(folder_.path()), std::nullopt);
  clock_.Advance(999ms);
  EXPECT_TRUE(recording.On()) << "the file is not looked at for each request";
  clock_.Advance(1ms);
  EXPECT_FALSE(recording.On());
  ASSERT_TRUE(Recording::Start(folder_.path(), clock_.Wall() + 10min));
  clock_.Advance(1s);
  EXPECT_TRUE(recording.On());
}

TEST_F(RecordingTest, StoppingWhatIsNotRecordedIsNoFailure) {
  EXPECT_TRUE(Recording::Stop(folder_.path()));
}

TEST_F(RecordingTest, WithoutAFolderOrAReadableFileNothingIsRecorded) {
  EXPECT_FALSE(Recording({}, clock_).On());
  for (const char* text : {"", "{", "[]", "{}", R"({"until": "x"})", R"({"until": 1.5})", "7"}) {
    folder_.Write("recording.json", text);
    EXPECT_EQ(Recording::Until(folder_.path()), std::nullopt) << text;
    EXPECT_FALSE(Recording(folder_.path(), clock_).On()) << text;
  }
}

TEST_F(RecordingTest, SaysThatItsFileCannotBeWritten) {
  folder_.Write("taken", "");
  const auto started = Recording::Start(folder_ / "taken", clock_.Wall());
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, ErrorCode::kIo);
  EXPECT_NE(started.error().message.find("taken"), std::string::npos) << started.error().message;
}

}  // namespace
}  // namespace agm::ledger
