// Which folder it is, decided once.
#include "bench/policies.h"

namespace muster::bench {

PolicySource policy_source() {
  PolicySource source{"AWS managed policies",
                      json_files(shared() / "data/aws-managed-policies/documents")};
  if (source.files.empty()) {
    source = {"bench/data/policies", json_files(committed() / "policies")};
  }
  return source;
}

std::vector<policy::Policy> sample_policies(std::size_t most) {
  std::vector<policy::Policy> read;
  for (const Input& file : policy_source().files) {
    auto parsed =
        policy::parse_policy(file.bytes, SourceId(file.name), policy::PolicyType::Identity);
    if (parsed && read.size() < most) {
      read.push_back(std::move(parsed).value());
    }
  }
  return read;
}

}  // namespace muster::bench
