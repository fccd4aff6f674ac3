// What the benchmarks share: a stopwatch, percentiles, the inputs, and the frame of the JSON object
// that each prints. Figures compare only within one run: every program times its peer as well.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace muster::bench {

/// Processor time of this process and of the children it has waited for, in seconds.
[[nodiscard]] double processor_seconds();

/// Seconds of processor time that `work` takes: other work on the machine hardly shows in them.
template <class Work>
[[nodiscard]] double seconds(const Work& work) {
  const double begin = processor_seconds();
  work();
  return processor_seconds() - begin;
}

/// The middle of `runs` timings of `work`, in seconds.
template <class Work>
[[nodiscard]] double median_seconds(int runs, const Work& work);

/// The value that `share` (0 to 1) of the samples do not exceed. REQUIRES: samples.
[[nodiscard]] double percentile(std::vector<double> samples, double share);

/// `{"median","p95","max"}` of samples in seconds, as milliseconds.
[[nodiscard]] nlohmann::ordered_json milliseconds(const std::vector<double>& samples);

/// A file of an input folder.
struct Input {
  std::string name;
  std::string bytes;
};

/// All `.json` files of a folder, sorted by name; empty when it is not there.
[[nodiscard]] std::vector<Input> json_files(const std::filesystem::path& folder);

/// The folder with shared reference data (environment `MUSTER_SHARED`, else `../shared`).
[[nodiscard]] std::filesystem::path shared();

/// `bench/data` of the source tree.
[[nodiscard]] std::filesystem::path committed();

/// The most memory that this process has held until now.
[[nodiscard]] double peak_megabytes();

/// What `work` gives in a child process, whose memory is its own; null when it failed.
[[nodiscard]] nlohmann::ordered_json in_own_process(
    const std::function<nlohmann::ordered_json()>& work);

/// Standard output of a shell command; nothing when it fails.
[[nodiscard]] std::optional<std::string> output_of(const std::string& command);

/// Prints `{"bench", "machine", "build", …figures}` to standard output.
void print(const std::string& name, const nlohmann::ordered_json& figures);

/// Keeps the compiler from dropping work whose result nobody reads.
void keep(std::size_t value);

template <class Work>
double median_seconds(int runs, const Work& work) {
  std::vector<double> samples;
  for (int i = 0; i < runs; ++i) {
    samples.push_back(seconds(work));
  }
  return percentile(samples, 0.5);
}

}  // namespace muster::bench
