// `--catalogue FILE`: another catalogue of AWS actions than the one in the program, for every
// command that asks one.
#pragma once

#include <optional>
#include <string>

#include "checks/policy/catalogue.h"

namespace muster::app {

/// The catalogue that a command works with. Movable; what `get` gave stays valid as long as it.
class CatalogueChoice {
 public:
  /// The catalogue of the file; of the program when `file` is empty. Errors: as `read_argument` and
  /// `Catalogue::parse`.
  [[nodiscard]] static Result<CatalogueChoice> read(const std::string& file);

  [[nodiscard]] const policy::Catalogue& get() const {
    return replaced_ ? *replaced_ : policy::embedded_catalogue();
  }

 private:
  std::optional<policy::Catalogue> replaced_;
};

/// For commands that run checks: the catalogue of the file takes the place of the program's for all
/// of them (`policy::replace_embedded_catalogue`). Returns its bytes; those of the program when
/// `file` is empty. Errors as `CatalogueChoice::read`. REQUIRES: nothing asked the catalogue yet.
[[nodiscard]] Result<std::string> settle_catalogue(const std::string& file);

}  // namespace muster::app
