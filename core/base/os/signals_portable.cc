#include <fcntl.h>
#include <pthread.h>

#include <array>
#include <atomic>
#include <cerrno>

#include "core/base/os/signals.h"

namespace agm::os {
namespace {

std::atomic<int> write_end{-1};

void Note(int signal) {
  const int before = errno;
  const char byte = static_cast<char>(signal);
  [[maybe_unused]] const ssize_t n = ::write(write_end.load(), &byte, 1);
  errno = before;
}

void Handle(const sigset_t& signals, void (*handler)(int)) {
  for (int signal = 1; signal < 32; ++signal) {
    if (sigismember(&signals, signal) != 1) continue;
    struct sigaction action {};
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    sigaction(signal, &action, nullptr);
  }
}

}  // namespace

SignalSource::SignalSource(std::initializer_list<int> signals) {
  sigemptyset(&signals_);
  for (const int signal : signals) sigaddset(&signals_, signal);
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) return;
  for (const int end : ends) {
    ::fcntl(end, F_SETFD, FD_CLOEXEC);
    ::fcntl(end, F_SETFL, O_NONBLOCK);
  }
  read_ = UniqueFd(ends[0]);
  write_end = ends[1];
  Handle(signals_, Note);
  pthread_sigmask(SIG_UNBLOCK, &signals_, &before_);
}

SignalSource::~SignalSource() {
  Handle(signals_, SIG_DFL);
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  if (const int end = write_end.exchange(-1); end >= 0) ::close(end);
}

int SignalSource::Take() {
  char signal = 0;
  return ::read(fd(), &signal, 1) == 1 ? signal : 0;
}

}  // namespace agm::os
