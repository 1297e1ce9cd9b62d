#include "core/base/os/signals.h"

#include <gtest/gtest.h>
#include <poll.h>

#include "core/base/os/process_figures.h"

namespace agm::os {
namespace {

TEST(SignalSource, TurnsSignalsIntoInput) {
  SignalSource signals({SIGHUP, SIGUSR1});
  EXPECT_EQ(signals.Take(), 0);
  ::raise(SIGUSR1);
  pollfd readable{signals.fd(), POLLIN, 0};
  EXPECT_EQ(::poll(&readable, 1, 1'000), 1);
  EXPECT_EQ(signals.Take(), SIGUSR1);
  ::raise(SIGHUP);
  EXPECT_EQ(signals.Take(), SIGHUP);
  EXPECT_EQ(signals.Take(), 0);
}

TEST(ProcessFigures, CountTheDescriptors) {
  const ProcessFigures before = ReadProcessFigures();
  const UniqueFd one(::dup(0));
  const ProcessFigures after = ReadProcessFigures();
  EXPECT_EQ(after.open_fds, before.open_fds + 1);
  EXPECT_GT(after.max_fds, after.open_fds);
  EXPECT_GT(after.start_time, 1.7e9);
}

}  // namespace
}  // namespace agm::os
