// Field names as in report.json.
#include "app/location_json.h"

#include <nlohmann/json.hpp>

namespace muster::app {

nlohmann::ordered_json location_json(const SourceRef& where) {
  return {{"file", where.source.path()},
          {"line", where.span.line},
          {"column", where.span.column},
          {"end_line", where.span.end_line},
          {"end_column", where.span.end_column}};
}

}  // namespace muster::app
