#include "cli/stop_signals.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cstdint>

namespace agm::cli {

StopSignals::StopSignals() {
  sigset_t wanted;
  sigemptyset(&wanted);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&wanted, signal);
  pthread_sigmask(SIG_BLOCK, &wanted, &before_);
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN);
  signals_ = ::signalfd(-1, &wanted, SFD_CLOEXEC);
  wake_ = ::eventfd(0, EFD_CLOEXEC);
}

StopSignals::~StopSignals() {
  ::close(signals_);
  ::close(wake_);
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

int StopSignals::Wait() {
  std::array<pollfd, 2> fds = {{{signals_, POLLIN, 0}, {wake_, POLLIN, 0}}};
  while (::poll(fds.data(), fds.size(), -1) < 0) {
  }
  if (fds[0].revents == 0) return 0;
  signalfd_siginfo caught{};
  return ::read(signals_, &caught, sizeof caught) == sizeof caught
             ? static_cast<int>(caught.ssi_signo)
             : 0;
}

void StopSignals::Wake() {
  const std::uint64_t one = 1;
  static_cast<void>(::write(wake_, &one, sizeof one));
}

}  // namespace agm::cli
