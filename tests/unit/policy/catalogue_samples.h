// A small catalogue for tests, and headers for others.
#pragma once

#include <string>
#include <string_view>

#include "checks/core/digest.h"
#include "checks/policy/catalogue.h"

namespace muster::policy::testing {

/// A header with two editions and the right hash, before the given records: nine lines.
inline std::string catalogue_of(std::string_view records) {
  return "muster-catalogue 1\n"
         "# a comment\n"
         "source test\n"
         "edition 2025-12-06 0.1\n"
         "edition 2026-09-26 0.2\n"
         "dependents 0\n"
         "sha256 " +
         hex(sha256(records)) + "\n" + std::string(records);
}

/// Lines of `catalogue_of` before the first record.
inline constexpr std::uint32_t kHeaderLines = 7;

inline constexpr std::string_view kSample =
    "ca aws:PrincipalArn\n"
    "cs aws:RequestTag/${TagKey}\n"
    "cS aws:TagKeys\n"
    "S ecr\n"
    "cs aws:ResourceTag/${TagKey}\n"
    "cs ecr:Gone ~0\n"
    "r arn:%p:ecr:%r:%a:repository/${RepositoryName} 0 repository\n"
    "R GetAuthorizationToken - -\n"
    "W OldThing 0! - ~0\n"
    "W PutImage 0! 1 >ecr:GetAuthorizationToken,iam:PassRole ^0\n"
    "R PutNothing - -\n"
    "S lambda\n"
    "cB lambda:Flags\n"
    "r arn:%p:lambda:%r:%a:code:${Id},arn:%p:lambda:%r::code/* - code signing config\n"
    "r arn:%p:lambda:%r:%a:function:${Name} 0 function\n"
    "P AddPermission 1! -\n"
    "T TagResource 0,1 0\n"
    "S oldservice ~0\n"
    "L ListOld - - ~0\n";

inline Result<Catalogue> read(std::string_view bytes) {
  return Catalogue::parse(bytes, SourceId("actions.txt"));
}

}  // namespace muster::policy::testing
