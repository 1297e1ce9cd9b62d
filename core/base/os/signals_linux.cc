#include <pthread.h>
#include <sys/signalfd.h>

#include "core/base/os/signals.h"

namespace agm::os {

SignalSource::SignalSource(std::initializer_list<int> signals) {
  sigemptyset(&signals_);
  for (const int signal : signals) sigaddset(&signals_, signal);
  pthread_sigmask(SIG_BLOCK, &signals_, &before_);
  read_ = UniqueFd(::signalfd(-1, &signals_, SFD_CLOEXEC | SFD_NONBLOCK));
}

SignalSource::~SignalSource() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

int SignalSource::Take() {
  signalfd_siginfo caught{};
  return ::read(fd(), &caught, sizeof caught) == sizeof caught ? static_cast<int>(caught.ssi_signo)
                                                               : 0;
}

}  // namespace agm::os
