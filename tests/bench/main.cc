// Runs the benchmarks and prints one table, with the conditions of the measurement:
//
//   benchmark             time        CPU   beside it
//   Refused            1.20 us    1.21 us
//
// tests/bench/start.sh prints rows of the same columns.

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace agm {
namespace {

std::string CpuModel() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "an unknown CPU";
}

std::string LoadAverage() {
  std::ifstream loadavg("/proc/loadavg");
  std::string load;
  loadavg >> load;
  return load.empty() ? "unknown" : load;
}

std::string Compiler() {
#ifdef __clang__
  return __VERSION__;
#else
  return std::string("g++ ") + __VERSION__;
#endif
}

// Chooses the unit that leaves one to three digits before the point.
std::string Readable(double nanoseconds) {
  if (nanoseconds < 1e3) return fmt::format("{:.1f} ns", nanoseconds);
  if (nanoseconds < 1e6) return fmt::format("{:.2f} us", nanoseconds / 1e3);
  if (nanoseconds < 1e9) return fmt::format("{:.2f} ms", nanoseconds / 1e6);
  return fmt::format("{:.2f} s", nanoseconds / 1e9);
}

double Nanoseconds(double time, benchmark::TimeUnit unit) {
  return time / benchmark::GetTimeUnitMultiplier(unit) * 1e9;
}

class Table : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override {
    fmt::print("{}, {} cores, {}, build type {}, load {} at the start\n\n", CpuModel(),
               std::thread::hardware_concurrency(), Compiler(), AGM_BUILD_TYPE, LoadAverage());
    Row("benchmark", "time", "CPU", "beside it");
    return true;
  }

  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      Row(run.benchmark_name(), Readable(Nanoseconds(run.GetAdjustedRealTime(), run.time_unit)),
          Readable(Nanoseconds(run.GetAdjustedCPUTime(), run.time_unit)), BesideIt(run));
    }
  }

 private:
  static std::string BesideIt(const Run& run) {
    std::vector<std::string> parts;
    for (const auto& [name, counter] : run.counters) {
      parts.push_back(fmt::format("{}={:.4g}", name, counter.value));
    }
    if (!run.report_label.empty()) parts.push_back(run.report_label);
    return fmt::format("{}", fmt::join(parts, "  "));
  }

  static void Row(const std::string& name, const std::string& time, const std::string& cpu,
                  const std::string& beside) {
    fmt::print("{:<54} {:>11} {:>11}   {}\n", name, time, cpu, beside);
    std::fflush(stdout);
  }
};

}  // namespace
}  // namespace agm

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  agm::Table table;
  benchmark::RunSpecifiedBenchmarks(&table);
}
