// Lists that come in pages.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "aws/client.h"

namespace muster::aws {

/// How a call hands out its pages.
struct Paging {
  /// The parameter that asks for the next page: `Marker`.
  std::string_view parameter;
  /// Where an answer has the token for it, as in `Value::find_path`:
  /// `DistributionList.NextMarker`.
  std::string_view token;
  /// A flag that says whether more follows, where the service has one:
  /// `IsTruncated`.
  std::string_view truncated{};
  /// Pages beyond it are not asked for, and the list counts as cut off.
  int most_pages = 10'000;
};

/// Asks page after page and hands each to `take`. A list ends when the token is
/// absent or empty: a page without items may still have one. The error of a
/// page that failed; also when a token comes a second time, when more is
/// announced without a token, or when there are too many pages (`TooMany`): the list is
/// incomplete then, whatever pages were taken.
[[nodiscard]] std::optional<CallError> each_page(const Client& client, Call call,
                                                 const Paging& paging,
                                                 const std::function<void(const Value&)>& take);

}  // namespace muster::aws
