#include "core/base/os/process_figures.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

namespace agm::os {
namespace {

std::string Read(const char* path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Seconds since 1970 at which the machine was started.
double BootTime() {
  const std::string stat = Read("/proc/stat");
  const std::size_t at = stat.find("btime ");
  return at == std::string::npos ? 0 : std::stod(stat.substr(at + 6, 20));
}

// The numbers after the process's name, which may contain spaces and brackets.
void ReadStat(ProcessFigures& figures) {
  constexpr int kUserTime = 14;  // fields count from 1, as in proc(5); the name is field 2
  constexpr int kSystemTime = 15;
  constexpr int kThreads = 20;
  constexpr int kStartTime = 22;
  constexpr int kResidentPages = 24;
  const std::string stat = Read("/proc/self/stat");
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos) return;
  std::istringstream in(stat.substr(name_end + 1));
  const double tick = static_cast<double>(::sysconf(_SC_CLK_TCK));
  std::string field;
  double cpu = 0;
  for (int i = 3; i <= kResidentPages && in >> field; ++i) {
    if (i == kUserTime || i == kSystemTime) cpu += std::stod(field);
    if (i == kThreads) figures.threads = std::stoll(field);
    if (i == kStartTime) figures.start_time = BootTime() + std::stod(field) / tick;
    if (i == kResidentPages) figures.resident_bytes = std::stoll(field) * ::sysconf(_SC_PAGESIZE);
  }
  figures.cpu_seconds = cpu / tick;
}

}  // namespace

ProcessFigures ReadProcessFigures() {
  ProcessFigures figures;
  ReadStat(figures);
  std::error_code failed;
  const std::filesystem::directory_iterator fds("/proc/self/fd", failed);
  if (!failed) figures.open_fds = std::distance(begin(fds), end(fds));
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    figures.max_fds = static_cast<std::int64_t>(limit.rlim_cur);
  }
  return figures;
}

}  // namespace agm::os
