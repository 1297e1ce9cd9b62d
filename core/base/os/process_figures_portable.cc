#include <sys/resource.h>

#include <chrono>

#include "core/base/descriptors.h"
#include "core/base/os/process_figures.h"

namespace agm::os {
namespace {

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double Now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

const double kStart = Now();

}  // namespace

/// getrusage knows the largest resident size only, and no number of threads.
ProcessFigures ReadProcessFigures() {
  ProcessFigures figures;
  figures.start_time = kStart;
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) == 0) {
    figures.cpu_seconds = Seconds(usage.ru_utime) + Seconds(usage.ru_stime);
  }
  figures.open_fds = static_cast<std::int64_t>(OpenDescriptors());
  figures.max_fds = static_cast<std::int64_t>(DescriptorLimit());
  return figures;
}

}  // namespace agm::os
