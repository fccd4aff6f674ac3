// A made-up repository of a chosen size: the same one at every call.
#pragma once

#include <filesystem>

namespace muster::bench {

struct SampleSize {
  int workflows = 300;
  int trusts = 60;
};

/// Writes workflows, trust policies and muster.yaml under `root`. Some deploy well, some have
/// defects; none is unreadable.
void write_sample_repository(const std::filesystem::path& root, SampleSize size);

}  // namespace muster::bench
