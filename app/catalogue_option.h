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

}  // namespace muster::app
