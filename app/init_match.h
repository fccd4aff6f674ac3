// Which file belongs to which role, by the words of their names. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace muster::app {

/// How well a file name fits a role name, weakest first.
enum class NameFit {
  None,
  /// The file's words begin or end the role's: `deploy-trust.json` and `shop-deploy`.
  Part,
  /// The role's words stand in the file's: `prod-shop-deploy-trust.json` and `shop-deploy`.
  Contains,
  /// `shop-deploy-trust.json` and `shop-deploy`
  Equal,
};

/// The words of a file name that say whose policy it is, in lower case: without `trust`, `policy`
/// and the like. A name of only such words (`deploy/trust.json`) gives its folder's.
[[nodiscard]] std::vector<std::string> telling_words(std::string_view path);

[[nodiscard]] NameFit name_fit(std::string_view path, std::string_view role);

/// A file and a role that belong together, as indices.
struct Match {
  std::size_t file = 0;
  std::size_t role = 0;
  NameFit fit = NameFit::None;
};

/// Pairs in which the file is the only best one of the role and the role the only best one of the
/// file. Sorted by file.
[[nodiscard]] std::vector<Match> mutual_matches(const std::vector<std::string>& files,
                                                const std::vector<std::string>& roles);

}  // namespace muster::app
