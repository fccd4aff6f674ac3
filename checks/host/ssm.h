// ARNs of what Systems Manager holds, which its answers mostly leave out.
#pragma once

#include <string>
#include <string_view>

#include "checks/iam/aws_answers.h"
#include "checks/image/reference.h"

namespace muster::host {

/// `resource`: `document/shop-deploy`; of the account and region that the answer is from.
[[nodiscard]] inline std::string ssm_arn(const iam::AwsAnswer& from, std::string_view resource) {
  return "arn:" + std::string(image::partition_of(from.region)) + ":ssm:" + from.region + ":" +
         from.account + ":" + std::string(resource);
}

}  // namespace muster::host
