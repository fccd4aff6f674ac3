// Reads the document, asks every family, sorts what they found.
#include "checks/lint/lint.h"

#include <algorithm>
#include <array>

#include "checks/lint/families.h"
#include "checks/policy/infer.h"

namespace muster::lint {
namespace {

struct TypeName {
  DocumentType type;
  std::string_view word;
};

constexpr std::array kTypeNames = {
    TypeName{DocumentType::Identity, "identity"}, TypeName{DocumentType::Resource, "resource"},
    TypeName{DocumentType::Trust, "trust"}, TypeName{DocumentType::ServiceControl, "scp"},
    TypeName{DocumentType::ResourceControl, "rcp"}};

DocumentType inferred(const text::Node& root) {
  switch (policy::infer_type(root)) {
    case policy::PolicyType::Identity:
      return DocumentType::Identity;
    case policy::PolicyType::Resource:
      return DocumentType::Resource;
    case policy::PolicyType::Trust:
      return DocumentType::Trust;
  }
  return DocumentType::Identity;
}

/// Characters that count for AWS: all but white space.
std::size_t counted(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) {
    const bool begins = (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    const bool space = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    count += begins && !space ? 1 : 0;
  }
  return count;
}

void judge(const Subject& subject) {
  judge_grammar(subject);
  judge_actions(subject);
  judge_redundancy(subject);
  judge_role_actions(subject);
  judge_arns(subject);
  judge_condition_keys(subject);
  judge_condition_values(subject);
  judge_vacuous_conditions(subject);
  judge_risky_keys(subject);
  judge_addresses(subject);
  judge_variables(subject);
  judge_principals(subject);
  judge_trust(subject);
  judge_organisation(subject);
  judge_unscopable(subject);
}

Findings syntax_error(const Error& error, DocumentType type, Report& out) {
  Location location = out.whole();
  if (error.where) {
    location.where = *error.where;
  }
  location.begin = out.offset(location.where, true);
  location.end = out.offset(location.where, false);
  out.add(Code::JsonSyntaxError, one_line(error.message), std::move(location));
  return {type, out.take(), 0};
}

}  // namespace

std::string_view to_string(DocumentType type) {
  return std::ranges::find(kTypeNames, type, &TypeName::type)->word;
}

std::optional<DocumentType> parse_document_type(std::string_view word) {
  const auto found = std::ranges::find(kTypeNames, word, &TypeName::word);
  return found == kTypeNames.end() ? std::nullopt : std::optional(found->type);
}

Result<Findings> lint(std::string bytes, const SourceId& source, std::optional<DocumentType> type,
                      const policy::Catalogue& catalogue, const LintOptions& options) {
  Report out(bytes, source);
  const auto tree = text::parse_json(bytes, source);
  if (!tree && tree.error().code != ErrorCode::Syntax) {
    return tree.error();
  }
  if (!tree) {
    return syntax_error(tree.error(), type.value_or(DocumentType::Identity), out);
  }
  const text::Node root = tree.value().root();
  const Document document = read_document(root, type.value_or(inferred(root)), out);
  const Subject subject{document, catalogue, out};
  judge_size(subject, counted(bytes));
  judge(subject);
  const std::size_t undecided = options.redundant ? judge_needless(subject) : 0;
  return Findings{document.type, out.take(), undecided};
}

}  // namespace muster::lint
