#include "cli/io.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

namespace agm::cli {
namespace {

TEST(Io, SendsResultsToOutAndAllElseToErr) {
  Io io = Io::Buffers();
  io.Print("{}\n", "result");
  io.Say("message");
  io.Warn("careful");
  EXPECT_EQ(io.out, "result\n");
  EXPECT_EQ(io.err, "message\nwarning: careful\n");
}

TEST(Io, SaysNothingButResultsAndErrorsWhenQuiet) {
  Io io = Io::Buffers();
  io.quiet = true;
  io.Say("message");
  io.Warn("careful");
  io.Print("result\n");
  EXPECT_EQ(io.out, "result\n");
  EXPECT_EQ(io.err, "");
}

TEST(Io, TellsDetailsOnlyWhenVerbose) {
  Io io = Io::Buffers();
  io.Detail("one");
  io.verbose = true;
  io.Detail("two");
  EXPECT_EQ(io.err, "two\n");
}

TEST(Io, ShowsProgressOnATerminalOnlyAndCleansItUp) {
  Io io = Io::Buffers();
  io.Progress("working");
  EXPECT_EQ(io.err, "");
  io.err_is_terminal = true;
  io.Progress("working");
  io.Print("done\n");
  EXPECT_EQ(io.err, "\r\033[Kworking\r\033[K");
  EXPECT_EQ(io.out, "done\n");
}

TEST(Io, AsksForASecretWithoutShowingIt) {
  Io io = Io::Buffers("s3cret\nrest");
  auto secret = io.AskSecret("Key: ");
  ASSERT_TRUE(secret);
  EXPECT_EQ(secret->Reveal(), "s3cret");
  EXPECT_EQ(io.err, "Key: \n");
  EXPECT_EQ(io.ReadAll().value(), "rest");
}

TEST(Io, RefusesMoreInputThanTheLimit) {
  Io io = Io::Buffers(std::string(11, 'x'));
  EXPECT_EQ(io.ReadAll(10).error().code, ErrorCode::kTooLarge);
}

TEST(Io, TakesAClosedPipeForNoError) {
  std::signal(SIGPIPE, SIG_IGN);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const int kept = dup(STDOUT_FILENO);
  ASSERT_EQ(dup2(ends[1], STDOUT_FILENO), STDOUT_FILENO);
  close(ends[0]);
  close(ends[1]);
  Io io = Io::System({});
  io.Out("nobody reads this\n");
  io.Out("nor this\n");
  dup2(kept, STDOUT_FILENO);
  close(kept);
  EXPECT_TRUE(io.closed());
}

}  // namespace
}  // namespace agm::cli
