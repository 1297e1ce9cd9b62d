#include "cli/stop_signals.h"

#include <poll.h>

#include <array>
#include <csignal>

namespace agm::cli {

StopSignals::StopSignals() : signals_({SIGINT, SIGTERM, SIGHUP}) {
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN);
}

int StopSignals::Wait() {
  std::array<pollfd, 2> fds = {{{signals_.fd(), POLLIN, 0}, {wake_.fd(), POLLIN, 0}}};
  while (::poll(fds.data(), fds.size(), -1) < 0) {
  }
  return signals_.Take();
}

void StopSignals::Wake() { wake_.Signal(); }

}  // namespace agm::cli
