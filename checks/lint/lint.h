// Validation of an IAM policy document: what AWS would refuse, what can never match, what says less
// or more than it seems to. The findings are those of AWS IAM Access Analyzer where they can be
// decided from the text and a catalogue of actions, plus a few of our own (codes.h). It works on
// documents that the strict reader of checks/policy refuses. Pure; no recursion over input.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/core/result.h"
#include "checks/lint/codes.h"
#include "checks/policy/catalogue.h"

namespace muster::lint {

/// What a document is attached to. Decides which elements it must and must not have.
enum class DocumentType { Identity, Resource, Trust, ServiceControl, ResourceControl };

/// `identity`, `resource`, `trust`, `scp`, `rcp`.
[[nodiscard]] std::string_view to_string(DocumentType type);
/// The reverse; nothing for another word.
[[nodiscard]] std::optional<DocumentType> parse_document_type(std::string_view word);

/// One step from the root of the document, as Access Analyzer has it: into the value of a key, to
/// an item of a list, or (last step only) to a key itself.
struct Step {
  enum class Kind { Value, Index, Key };
  Kind kind = Kind::Value;
  /// Of a key; empty for an index.
  std::string name;
  std::size_t index = 0;

  friend bool operator==(const Step&, const Step&) = default;
};

/// A place in the document: the way to it, and its characters `[begin, end)`, counted from 0.
struct Location {
  std::vector<Step> path;
  SourceRef where;
  std::size_t begin = 0;
  std::size_t end = 0;
};

struct Finding {
  Code code = Code::JsonSyntaxError;
  /// What is wrong here; user input in backticks, no capital, no full stop.
  std::string message;
  /// At least one; the first is where to look.
  std::vector<Location> locations;
};

struct Findings {
  DocumentType type = DocumentType::Identity;
  /// By place, then by code.
  std::vector<Finding> list;
  /// Statements and entries of which it stayed open, within the limits, whether they are needed.
  std::size_t undecided = 0;
};

struct LintOptions {
  /// Looks for statements and entries that change nothing, by the prover: `MUSTER_DEAD_…` and
  /// `MUSTER_REDUNDANT_…`. Identity policies and service control policies only; it costs many
  /// times what all the rest does.
  bool redundant = false;
};

/// Judges one document. Without a type it is taken from the elements of the statements: no
/// `Principal` = identity, `Principal` without `Resource` = trust, else resource (organisation
/// policies look like the others). A text that is not JSON is a finding; an error is only a text
/// beyond the limits of the reader (`Limit`).
[[nodiscard]] Result<Findings> lint(std::string bytes, const SourceId& source,
                                    std::optional<DocumentType> type,
                                    const policy::Catalogue& catalogue,
                                    const LintOptions& options = {});

}  // namespace muster::lint
