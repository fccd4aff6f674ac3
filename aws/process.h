// Runs a program and reads what it writes, with a limit on both size and time.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "aws/system.h"
#include "checks/core/result.h"

namespace muster::aws {

struct ProcessLimits {
  std::size_t output_bytes;
  std::chrono::milliseconds time;
};

/// See `System::run`. The program gets no open file of ours but its three
/// standard streams.
[[nodiscard]] Result<Ended> run_process(const std::vector<std::string>& words,
                                        const ProcessLimits& limits);

/// Splits a command line into words as a POSIX shell would, with quotes and
/// backslashes and without any expansion (Python's `shlex.split`, which the AWS
/// CLI uses for `credential_process` and for section names). Error (`Syntax`):
/// a quote or backslash that is not completed.
[[nodiscard]] Result<std::vector<std::string>> split_words(std::string_view line);

}  // namespace muster::aws
