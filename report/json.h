// report.json: the machine-readable report. Schema: docs/report.schema.json.
#pragma once

#include <string>

#include "report/model.h"

namespace muster::report {

/// The report as JSON (schema_version 1.0), indented by two, ending with a line break.
/// Byte-identical for equal reports.
[[nodiscard]] std::string to_json(const Report& report);

}  // namespace muster::report
