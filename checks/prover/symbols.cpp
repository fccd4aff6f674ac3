// The written forms that the evaluator reads at match time (policy/variables.h, policy/arn.h), read
// once.
#include "checks/prover/symbols.h"

#include "checks/policy/variables.h"

namespace muster::prover {
namespace {

using policy::OperatorKind;
using policy::Version;

constexpr std::size_t kFields = 6;

/// Where a stretch of text stands: decides what its wildcards mean.
struct Place {
  bool wildcards = true;
  bool in_field = false;
  bool folded = false;
};

bool is_letter(Char c) {
  return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z');
}

Char lower_letter(Char c) {
  return c >= U'A' && c <= U'Z' ? c - U'A' + U'a' : c;
}

Char symbol(Char c, const Place& place) {
  if (place.wildcards && c == U'*') {
    return place.in_field ? kFieldRun : kRun;
  }
  if (place.wildcards && c == U'?') {
    return place.in_field ? kFieldOne : kOne;
  }
  return place.folded && is_letter(c) ? kFolded + lower_letter(c) : c;
}

std::string canonical(const Variable& variable) {
  return variable.key + (variable.fallback ? "," + *variable.fallback : std::string());
}

void append_plain(std::string_view text, const Place& place, Word& out) {
  for (const Char c : policy::decode(text)) {
    out.push_back(symbol(c, place));
  }
}

void append(std::string_view text, Version version, const Place& place, Atoms& atoms, Word& out) {
  if (version != Version::V2012_10_17 || text.find("${") == std::string_view::npos) {
    append_plain(text, place, out);
    return;
  }
  for (const Piece& piece : pieces(text, version)) {
    if (piece.is_variable()) {
      const Char flags =
          (place.in_field ? kVariableInField : 0) | (place.folded ? kVariableFolded : 0);
      out.push_back(kVariable + 4 * atoms.variable(canonical(read_variable(piece.text))) + flags);
      continue;
    }
    for (const Char c : policy::decode(piece.text)) {
      out.push_back(piece.escape ? c : symbol(c, place));
    }
  }
}

Word whole(std::string_view text, Version version, Atoms& atoms) {
  Word out;
  out.reserve(text.size());
  append(text, version, Place{}, atoms, out);
  return out;
}

/// Five fields whose wildcards stop at colons, and the rest. Missing fields are any. `trail`: but
/// for a `*` that ends a field.
Word arn_symbols(std::string_view text, Version version, Atoms& atoms, bool trail = false) {
  Word out;
  out.reserve(text.size());
  const auto fields = policy::split_fields(text, version);
  for (std::size_t i = 0; i < kFields; ++i) {
    const bool last = i + 1 == kFields;
    std::string_view field = i < fields.size() ? fields[i] : "*";
    const bool free = trail && !last && field.ends_with('*');
    field.remove_suffix(free ? 1 : 0);
    append(field, version, {.in_field = !last}, atoms, out);
    if (free) {
      out.push_back(kRun);
    }
    if (!last) {
      out.push_back(U':');
    }
  }
  return out;
}

/// A pattern of an Arn operator. A text that is an ARN starts with `arn:`, so a wildcard before the
/// first colon can only be that.
const Glob* arn_glob(std::string_view text, Version version, Atoms& atoms) {
  if (text == "*") {
    return atoms.glob(Word(1, kRun), text);
  }
  const auto fields = policy::split_fields(text, version);
  if (fields.size() < kFields) {
    return nullptr;
  }
  Word first;
  append(fields[0], version, {.in_field = true}, atoms, first);
  const Glob head = make_glob(std::move(first), {});
  if (!may_match(head, U"arn")) {
    return nullptr;
  }
  const std::string rest(text.substr(fields[0].size()));
  return atoms.glob(head.has_variable ? arn_symbols(text, version, atoms)
                                      : arn_symbols("arn" + rest, version, atoms),
                    text);
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  return first == std::string_view::npos
             ? std::string_view()
             : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

}  // namespace

std::vector<Piece> pieces(std::string_view text, Version version) {
  std::vector<Piece> out;
  while (!text.empty()) {
    const std::size_t open =
        version == Version::V2012_10_17 ? text.find("${") : std::string_view::npos;
    if (open != 0) {
      out.push_back({.text = text.substr(0, open)});
    }
    if (open == std::string_view::npos) {
      break;
    }
    const std::size_t close = std::min(text.find('}', open), text.size());
    const std::string_view inner = text.substr(open + 2, close - std::min(close, open + 2));
    out.push_back({.text = inner,
                   .placeholder = true,
                   .escape = inner == "*" || inner == "?" || inner == "$"});
    text.remove_prefix(std::min(close + 1, text.size()));
  }
  return out;
}

Variable read_variable(std::string_view inner) {
  const std::size_t comma = inner.find(',');
  Variable variable{policy::lower(trimmed(inner.substr(0, comma))), std::nullopt};
  if (comma != std::string_view::npos) {
    std::string_view quoted = trimmed(inner.substr(comma + 1));
    const bool closed = quoted.size() >= 2 && quoted.front() == '\'' && quoted.back() == '\'';
    variable.fallback = closed ? quoted.substr(1, quoted.size() - 2) : quoted;
  }
  return variable;
}

const Glob* action_glob(const policy::Text& text, Atoms& atoms) {
  Word out;
  out.reserve(text.value.size());
  append(policy::lower(text.value), Version::V2008_10_17, Place{}, atoms, out);
  return atoms.glob(std::move(out), text.value);
}

const Glob* resource_glob(std::string_view text, Version version, Atoms& atoms) {
  const bool fields = text.starts_with("arn:") && atoms.arn_mode() != policy::ArnMode::String;
  const bool trail = atoms.arn_mode() == policy::ArnMode::Trail;
  return atoms.glob(fields ? arn_symbols(text, version, atoms, trail) : whole(text, version, atoms),
                    text);
}

const Glob* value_glob(OperatorKind op, std::string_view text, Version version, Atoms& atoms) {
  if (op == OperatorKind::ArnEquals || op == OperatorKind::ArnLike) {
    return arn_glob(text, version, atoms);
  }
  Word out;
  append(text, version,
         {.wildcards = op == OperatorKind::StringLike,
          .folded = op == OperatorKind::StringEqualsIgnoreCase},
         atoms, out);
  return atoms.glob(std::move(out), text);
}

}  // namespace muster::prover
