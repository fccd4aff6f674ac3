// The frame around the figures says on what machine and with what build they were measured.
#include "bench/measure.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <thread>

namespace muster::bench {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

std::string processor() {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("model name")) {
      return line.substr(line.find(':') + 2);
    }
  }
  return "unknown";
}

ordered_json build() {
#if defined(__clang__)
  const std::string compiler = std::string("clang ") + __clang_version__;
#else
  const std::string compiler = std::string("g++ ") + __VERSION__;
#endif
  return {{"compiler", compiler}, {"type", MUSTER_BUILD_TYPE}};
}

double load_of_machine() {
  double load[1] = {0};
  return getloadavg(load, 1) == 1 ? load[0] : 0;
}

}  // namespace

double processor_seconds() {
  timespec own{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &own);
  rusage children{};
  getrusage(RUSAGE_CHILDREN, &children);
  const auto of = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return static_cast<double>(own.tv_sec) + static_cast<double>(own.tv_nsec) / 1e9 +
         of(children.ru_utime) + of(children.ru_stime);
}

double peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

double percentile(std::vector<double> samples, double share) {
  std::sort(samples.begin(), samples.end());
  const double rank = std::ceil(share * static_cast<double>(samples.size()));
  return samples[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

ordered_json milliseconds(const std::vector<double>& samples) {
  const auto at = [&](double share) { return std::round(percentile(samples, share) * 1e6) / 1e3; };
  return {{"median", at(0.5)}, {"p95", at(0.95)}, {"max", at(1)}};
}

std::vector<Input> json_files(const fs::path& folder) {
  std::vector<Input> inputs;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder, none)) {
    if (entry.path().extension() == ".json") {
      std::ifstream in(entry.path(), std::ios::binary);
      inputs.push_back(
          {entry.path().filename().string(), std::string(std::istreambuf_iterator<char>(in), {})});
    }
  }
  std::sort(inputs.begin(), inputs.end(),
            [](const Input& a, const Input& b) { return a.name < b.name; });
  return inputs;
}

fs::path shared() {
  const char* folder = std::getenv("MUSTER_SHARED");
  return folder != nullptr ? fs::path(folder) : fs::path(MUSTER_SOURCE_DIR) / "../shared";
}

fs::path committed() {
  return fs::path(MUSTER_SOURCE_DIR) / "bench/data";
}

ordered_json in_own_process(const std::function<ordered_json()>& work) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) {
    return {};
  }
  const pid_t child = fork();
  if (child == 0) {
    const std::string text = work().dump();
    const bool wrote =
        write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size());
    _exit(wrote ? 0 : 1);
  }
  close(ends[1]);
  std::string text;
  std::array<char, 4096> part{};
  for (ssize_t count = 0; (count = read(ends[0], part.data(), part.size())) > 0;) {
    text.append(part.data(), static_cast<std::size_t>(count));
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  return ordered_json::parse(text, nullptr, false);
}

std::optional<std::string> output_of(const std::string& command) {
  std::FILE* pipe = popen(command.c_str(), "r");
  std::string text;
  std::array<char, 256> part{};
  while (pipe != nullptr && std::fgets(part.data(), static_cast<int>(part.size()), pipe)) {
    text += part.data();
  }
  return pipe != nullptr && pclose(pipe) == 0 ? std::optional(text) : std::nullopt;
}

void print(const std::string& name, const ordered_json& figures) {
  ordered_json object{{"bench", name},
                      {"machine",
                       {{"cores", std::thread::hardware_concurrency()},
                        {"processor", processor()},
                        {"load", load_of_machine()}}},
                      {"build", build()}};
  object.update(figures);
  std::cout << object.dump(2) << "\n";
}

void keep(std::size_t value) {
  static volatile std::size_t sink = 0;
  sink = sink + value;
}

}  // namespace muster::bench
