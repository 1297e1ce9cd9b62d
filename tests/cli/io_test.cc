#include "cli/io.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string>
#include <string_view>

namespace agm::cli {
namespace {

/// Standard input with this text, and restored afterwards.
class Input {
 public:
  explicit Input(std::string_view text) : kept_(dup(STDIN_FILENO)) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    EXPECT_EQ(write(ends[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
    EXPECT_EQ(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    close(ends[0]);
    close(ends[1]);
  }
  ~Input() {
    dup2(kept_, STDIN_FILENO);
    close(kept_);
  }
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

 private:
  int kept_;
};

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

TEST(Io, CleansUpTheProgressBeforeAMessage) {
  Io io = Io::Buffers();
  io.err_is_terminal = true;
  io.Progress("working");
  io.Say("done");
  EXPECT_EQ(io.err, "\r\033[Kworking\r\033[Kdone\n");
}

TEST(Io, ShowsAsMuchOfTheProgressAsFits) {
  Io io = Io::Buffers();
  io.err_is_terminal = true;
  io.width = 40;
  io.Progress(std::string(39, 'x'));
  EXPECT_EQ(io.err, "\r\033[K" + std::string(39, 'x'));
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
  EXPECT_EQ(io.ReadAll(11).value(), std::string(11, 'x'));
}

TEST(Io, ReadsAnAnswerLineByLine) {
  const Input input("yes\nno\n\nYep");
  Io io = Io::System({});
  EXPECT_TRUE(io.Confirm("").value());
  EXPECT_FALSE(io.Confirm("").value());
  EXPECT_FALSE(io.Confirm("").value());
  EXPECT_TRUE(io.Confirm("").value());
  EXPECT_FALSE(io.Confirm("").value());
}

TEST(Io, TakesTheEndOfItsInputForNoInterruption) {
  const Input input("");
  Io io = Io::System({});
  errno = EINTR;  // of an earlier call
  const auto answer = io.Confirm("");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_FALSE(*answer);
}

TEST(Io, ReadsAnAnswerFromABufferLineByLine) {
  Io io = Io::Buffers("y\nn\nY");
  EXPECT_TRUE(io.Confirm("Really? ").value());
  EXPECT_EQ(io.err, "Really? ");
  EXPECT_FALSE(io.Confirm("").value());
  EXPECT_TRUE(io.Confirm("").value());
  EXPECT_FALSE(io.Confirm("").value());
}

TEST(Io, ReadsAllInputUpToTheLimit) {
  const std::string text(10'000, 'x');
  {
    const Input input(text);
    EXPECT_EQ(Io::System({}).ReadAll().value(), text);
  }
  {
    const Input input(text);
    EXPECT_EQ(Io::System({}).ReadAll(10'000).value(), text);
  }
  const Input input(text);
  EXPECT_EQ(Io::System({}).ReadAll(5'000).error().code, ErrorCode::kTooLarge);
}

TEST(Io, AsksForNoSecretWhereTheEchoCannotBeTurnedOff) {
  const Input input("s3cret\n");
  EXPECT_EQ(Io::System({}).AskSecret("").error().code, ErrorCode::kIo);
}

TEST(Io, UsesColourOnlyWhereTheEnvironmentAllowsIt) {
  EXPECT_FALSE(Io::System({{"TERM", "xterm"}, {"NO_COLOR", "1"}}).colour);
  EXPECT_FALSE(Io::System({{"TERM", "dumb"}}).colour);
  EXPECT_FALSE(Io::System({}).colour);
  EXPECT_TRUE(Io::System({{"TERM", "xterm"}}).colour);
}

TEST(Io, PaintsOnlyWhatATerminalShows) {
  Io io = Io::Buffers();
  io.colour = true;
  EXPECT_EQ(io.Paint("a", Colour::kRed), "a");
  EXPECT_EQ(io.PaintErr("a", Colour::kRed), "a");
  io.out_is_terminal = true;
  EXPECT_EQ(io.Paint("a", Colour::kRed), "\033[31ma\033[0m");
  EXPECT_EQ(io.Paint("a", Colour::kGreen), "\033[32ma\033[0m");
  EXPECT_EQ(io.Paint("a", Colour::kYellow), "\033[33ma\033[0m");
  EXPECT_EQ(io.Paint("a", Colour::kDim), "\033[2ma\033[0m");
  EXPECT_EQ(io.PaintErr("a", Colour::kBold), "a");
  io.err_is_terminal = true;
  EXPECT_EQ(io.PaintErr("a", Colour::kBold), "\033[1ma\033[0m");
  io.colour = false;
  EXPECT_EQ(io.Paint("a", Colour::kRed), "a");
}

TEST(Io, ShowsNoProgressWhenQuietAndCutsItToTheWidth) {
  Io io = Io::Buffers();
  io.err_is_terminal = true;
  io.Progress("");
  EXPECT_EQ(io.err, "");
  io.width = 21;
  io.Progress(std::string(40, 'x'));
  EXPECT_LE(io.err.size(), std::string("\r\033[K").size() + 22);
  io.Progress("");
  EXPECT_TRUE(io.err.ends_with("\r\033[K"));
  Io quiet = Io::Buffers();
  quiet.err_is_terminal = quiet.quiet = true;
  quiet.Progress("working");
  EXPECT_EQ(quiet.err, "");
}

TEST(Io, ClearsOnlyATerminal) {
  Io io = Io::Buffers();
  io.ClearScreen();
  EXPECT_EQ(io.out, "");
  io.out_is_terminal = true;
  io.ClearScreen();
  EXPECT_EQ(io.out, "\033[H\033[2J");
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
  EXPECT_FALSE(io.failed());
}

}  // namespace
}  // namespace agm::cli
