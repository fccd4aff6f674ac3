// A file of the user is read with the bounds of the catalogue's own format.
#include "app/catalogue_option.h"

#include "app/repository.h"

namespace muster::app {

namespace {

constexpr std::size_t kCatalogueFileLimit = std::size_t{16} << 20U;

}  // namespace

Result<CatalogueChoice> CatalogueChoice::read(const std::string& file) {
  CatalogueChoice choice;
  if (!file.empty()) {
    const SourceId source(file == "-" ? "<stdin>" : file);
    MUSTER_TRY(const std::string bytes, read_argument(file, source, kCatalogueFileLimit));
    MUSTER_TRY(choice.replaced_, policy::Catalogue::parse(bytes, source));
  }
  return choice;
}

}  // namespace muster::app
