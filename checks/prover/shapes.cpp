// Global keys and the tag families; keys of single services are unknown here.
#include "checks/prover/shapes.h"

#include <algorithm>
#include <array>

#include "checks/text/ascii.h"

namespace muster::prover {
namespace {

constexpr std::array<std::string_view, 8> kMulti = {
    "aws:calledvia",        "aws:principalorgpaths", "aws:principalservicenameslist",
    "aws:resourceorgpaths", "aws:sourceorgpaths",    "aws:tagkeys",
    "dynamodb:attributes",  "dynamodb:leadingkeys"};

constexpr std::array<std::string_view, 27> kSingle = {"aws:calledviafirst",
                                                      "aws:calledvialast",
                                                      "aws:currenttime",
                                                      "aws:epochtime",
                                                      "aws:multifactorauthage",
                                                      "aws:multifactorauthpresent",
                                                      "aws:principalaccount",
                                                      "aws:principalarn",
                                                      "aws:principalisawsservice",
                                                      "aws:principalorgid",
                                                      "aws:principalservicename",
                                                      "aws:principaltype",
                                                      "aws:referer",
                                                      "aws:requestedregion",
                                                      "aws:resourceaccount",
                                                      "aws:resourceorgid",
                                                      "aws:securetransport",
                                                      "aws:sourceaccount",
                                                      "aws:sourcearn",
                                                      "aws:sourceip",
                                                      "aws:sourceorgid",
                                                      "aws:sourcevpc",
                                                      "aws:sourcevpce",
                                                      "aws:useragent",
                                                      "aws:userid",
                                                      "aws:username",
                                                      "aws:viaawsservice"};

constexpr std::array<std::string_view, 3> kSingleFamilies = {"aws:principaltag/", "aws:requesttag/",
                                                             "aws:resourcetag/"};

}  // namespace

Shape shape_of(std::string_view key) {
  if (text::one_of(key, kMulti)) {
    return Shape::Multi;
  }
  const bool single = text::one_of(key, kSingle) ||
                      std::ranges::any_of(kSingleFamilies, [&](std::string_view family) {
                        return key.starts_with(family);
                      });
  return single ? Shape::Single : Shape::Unknown;
}

}  // namespace muster::prover
