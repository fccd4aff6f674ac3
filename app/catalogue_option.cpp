// A file of the user is read with the bounds of the catalogue's own format.
#include "app/catalogue_option.h"

#include "app/repository.h"
#include "checks/core/rule.h"

namespace muster::app {

namespace {

constexpr std::size_t kCatalogueFileLimit = std::size_t{16} << 20U;

SourceId catalogue_source(const std::string& file) {
  return SourceId(file == "-" ? "<stdin>" : file);
}

Result<std::string> read_catalogue_file(const std::string& file) {
  return read_argument(file, catalogue_source(file), kCatalogueFileLimit);
}

}  // namespace

Result<CatalogueChoice> CatalogueChoice::read(const std::string& file) {
  CatalogueChoice choice;
  if (!file.empty()) {
    MUSTER_TRY(const std::string bytes, read_catalogue_file(file));
    MUSTER_TRY(choice.replaced_, policy::Catalogue::parse(bytes, catalogue_source(file)));
  }
  return choice;
}

Result<std::string> settle_catalogue(const std::string& file) {
  if (file.empty()) {
    return std::string(action_catalogue_bytes());
  }
  MUSTER_TRY(std::string bytes, read_catalogue_file(file));
  MUSTER_TRY(policy::Catalogue catalogue, policy::Catalogue::parse(bytes, catalogue_source(file)));
  policy::replace_embedded_catalogue(std::move(catalogue));
  return bytes;
}

}  // namespace muster::app
