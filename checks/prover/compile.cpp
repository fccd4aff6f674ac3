// Statements as boxes. An element or clause that every request satisfies gives no atom.
#include <algorithm>

#include "checks/policy/values.h"
#include "checks/prover/atom.h"
#include "checks/prover/symbols.h"

namespace muster::prover {
namespace {

using policy::Condition;
using policy::OperatorKind;
using policy::Quantifier;
using policy::Statement;
using policy::Text;
using policy::Version;

/// The globs in one text, for the identity of an atom.
std::string content_of(const GlobUnion& globs) {
  std::size_t symbols = globs.globs().size();
  for (const Glob* glob : globs.globs()) {
    symbols += glob->symbols.size();
  }
  std::string out;
  out.reserve(symbols * sizeof(Char));
  for (const Glob* glob : globs.globs()) {
    out.append(reinterpret_cast<const char*>(glob->symbols.data()),  // NOLINT(*reinterpret-cast)
               glob->symbols.size() * sizeof(Char));
    out.append(sizeof(Char), '\xFF');
  }
  return out;
}

std::string content_of(const std::vector<std::string>& values) {
  std::vector<std::string> sorted = values;
  std::ranges::sort(sorted);
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  std::string out;
  for (const std::string& value : sorted) {
    out += value + '\0';
  }
  return out;
}

Family family_of(OperatorKind kind) {
  switch (kind) {
    case OperatorKind::StringEquals:
    case OperatorKind::StringEqualsIgnoreCase:
    case OperatorKind::StringLike:
    case OperatorKind::ArnEquals:
    case OperatorKind::ArnLike:
      return Family::Text;
    case OperatorKind::NumericEquals:
    case OperatorKind::NumericLessThan:
    case OperatorKind::NumericLessThanEquals:
    case OperatorKind::NumericGreaterThan:
    case OperatorKind::NumericGreaterThanEquals:
      return Family::Number;
    case OperatorKind::DateEquals:
    case OperatorKind::DateLessThan:
    case OperatorKind::DateLessThanEquals:
    case OperatorKind::DateGreaterThan:
    case OperatorKind::DateGreaterThanEquals:
      return Family::Date;
    case OperatorKind::Bool:
      return Family::Bool;
    case OperatorKind::BinaryEquals:
      return Family::Binary;
    case OperatorKind::IpAddress:
      return Family::Ip;
    case OperatorKind::Null:
    case OperatorKind::Unknown:
      break;
  }
  return Family::None;
}

bool true_when_absent(const policy::Operator& op) {
  switch (op.quantifier) {
    case Quantifier::ForAllValues:
      return true;
    case Quantifier::ForAnyValue:
      return op.if_exists;
    case Quantifier::None:
      break;
  }
  return op.if_exists || op.negated;
}

class Compiler {
 public:
  explicit Compiler(Atoms& atoms) : atoms_(atoms) {}

  Box box(const Statement& statement, Version version) {
    Box box;
    add_globs(kAction, statement.actions, statement.not_actions, box,
              [&](const Text& text) { return action_glob(text, atoms_); });
    add_globs(kResource, statement.resources, statement.not_resources, box,
              [&](const Text& text) { return resource_glob(text.value, version, atoms_); });
    add_principal(statement, box);
    for (const Condition& condition : statement.conditions) {
      add_clause(condition, version, box);
    }
    return box;
  }

 private:
  template <class Compile>
  void add_globs(DimensionId dimension, const std::optional<std::vector<Text>>& listed,
                 const std::optional<std::vector<Text>>& excluded, Box& box,
                 const Compile& compile) {
    if (!listed && !excluded) {
      return;
    }
    std::vector<const Glob*> globs;
    std::ranges::transform(listed ? *listed : *excluded, std::back_inserter(globs), compile);
    Atom atom{.dimension = dimension, .kind = AtomKind::Text, .family = Family::Text};
    set_globs(atom, std::move(globs));
    atom.complement = !listed;
    if (atom.globs.universal() && !atom.complement) {
      return;
    }
    const std::string content = (atom.complement ? "-" : "+") + content_of(atom.globs);
    box.push_back(atoms_.add(std::move(atom), content));
  }

  static void set_globs(Atom& atom, std::vector<const Glob*> globs) {
    atom.globs = GlobUnion(std::move(globs));
    atom.has_variable = std::ranges::any_of(atom.globs.globs(), &Glob::has_variable);
  }

  void add_principal(const Statement& statement, Box& box) {
    if (!statement.principals && !statement.not_principals) {
      return;
    }
    Atom atom{.dimension = kPrincipal, .kind = AtomKind::Principal};
    atom.principals.principals = statement.principals;
    atom.principals.not_principals = statement.not_principals;
    std::vector<std::string> names;
    bool everyone = false;
    for (const policy::Principal& entry :
         statement.principals ? *statement.principals : *statement.not_principals) {
      names.push_back(std::to_string(static_cast<int>(entry.type)) + entry.value.value);
      everyone = everyone || entry.type == policy::PrincipalType::Any ||
                 (entry.type == policy::PrincipalType::Aws && entry.value.value == "*");
    }
    if (everyone && statement.principals) {
      return;
    }
    const std::string content = (statement.principals ? "+" : "-") + content_of(names);
    box.push_back(atoms_.add(std::move(atom), content));
  }

  void add_clause(const Condition& condition, Version version, Box& box) {
    Atom atom;
    atom.dimension = atoms_.dimension(policy::lower(condition.key.value));
    atom.family = family_of(condition.op.kind);
    atom.op = condition.op.kind;
    atom.version = version;
    atom.quantifier = condition.op.quantifier;
    atom.complement = condition.op.negated;
    atom.when_absent = true_when_absent(condition.op);
    std::ranges::transform(condition.values, std::back_inserter(atom.values), &Text::value);
    if (atom.op == OperatorKind::Null) {
      add_null(std::move(atom), box);
    } else if (atom.op == OperatorKind::Unknown) {
      add_opaque(condition, std::move(atom), box);
    } else if (atom.family == Family::Text) {
      add_text(std::move(atom), box);
    } else {
      atom.kind = AtomKind::Typed;
      const std::string content = signature(atom) + content_of(atom.values);
      box.push_back(atoms_.add(std::move(atom), content));
    }
  }

  void add_opaque(const Condition& condition, Atom atom, Box& box) {
    const std::string content =
        "?" + policy::lower(condition.op.name.value) + '\0' + content_of(atom.values);
    box.push_back(atoms_.add(std::move(atom), content));
  }

  void add_null(Atom atom, Box& box) {
    atom.kind = AtomKind::Null;
    atom.when_absent = false;
    for (const std::string& value : atom.values) {
      const auto wants_absent = policy::parse_bool(value);
      if (!wants_absent) {
        atom.kind = AtomKind::Opaque;
        const std::string content = "?null" + content_of(atom.values);
        box.push_back(atoms_.add(std::move(atom), content));
        return;
      }
      (*wants_absent ? atom.when_absent : atom.when_present) = true;
    }
    if (atom.when_absent && atom.when_present) {
      return;
    }
    const std::string content = atom.when_absent    ? "absent"
                                : atom.when_present ? "present"
                                                    : "never";
    box.push_back(atoms_.add(std::move(atom), content));
  }

  void add_text(Atom atom, Box& box) {
    std::vector<const Glob*> globs;
    for (const std::string& value : atom.values) {
      if (const Glob* glob = value_glob(atom.op, value, atom.version, atoms_)) {
        globs.push_back(glob);
      }
    }
    atom.kind = AtomKind::Text;
    set_globs(atom, std::move(globs));
    const std::string content = signature(atom) + content_of(atom.globs);
    box.push_back(atoms_.add(std::move(atom), content));
  }

  /// What beside the values tells clauses on one key apart. Operators on text differ in their globs
  /// alone.
  static std::string signature(const Atom& atom) {
    std::string out;
    out += static_cast<char>('0' + static_cast<int>(atom.family));
    out += static_cast<char>('0' + static_cast<int>(atom.quantifier));
    out += atom.complement ? '-' : '+';
    out += atom.when_absent ? 'a' : 'p';
    out +=
        atom.family == Family::Text ? std::string("t") : std::to_string(static_cast<int>(atom.op));
    return out + '\0';
  }

  Atoms& atoms_;
};

void note_use(const Atom& atom, AtomId id, Document& document) {
  if (atom.dimension < kPrincipal) {
    return;
  }
  auto place = std::ranges::lower_bound(document.uses, atom.dimension, {}, &KeyUse::dimension);
  if (place == document.uses.end() || place->dimension != atom.dimension) {
    place = document.uses.insert(place, KeyUse{.dimension = atom.dimension});
  }
  if (std::ranges::find(place->atoms, id) != place->atoms.end()) {
    return;
  }
  place->atoms.push_back(id);
  place->families |= 1U << static_cast<unsigned>(atom.family);
  const bool counts = atom.kind == AtomKind::Text || atom.kind == AtomKind::Typed;
  place->plain = place->plain || (counts && atom.quantifier == Quantifier::None);
  place->set = place->set || (counts && atom.quantifier != Quantifier::None);
}

void sort_boxes(Boxes& boxes, const Atoms& atoms) {
  std::ranges::sort(boxes);
  boxes.erase(std::unique(boxes.begin(), boxes.end()), boxes.end());
  std::ranges::sort(boxes, [&](const Box* a, const Box* b) { return atoms.less(*a, *b); });
}

bool has_variables(const Box& box, const Atoms& atoms) {
  return std::ranges::any_of(box, [&](AtomId id) { return atoms[id].has_variable; });
}

}  // namespace

CompiledStatement compile(const Statement& statement, Version version, Atoms& atoms) {
  Box box = Compiler(atoms).box(statement, version);
  const bool variables = has_variables(box, atoms);
  return {statement.effect, variables, atoms.box(std::move(box))};
}

CompiledStatement unreadable(policy::Effect effect, const std::string& name, Atoms& atoms) {
  Atom atom;
  atom.dimension = atoms.dimension(name);
  return {effect, false, atoms.box({atoms.add(std::move(atom), "?")})};
}

Document assemble(Boxes allows, Boxes denies, const Atoms& atoms) {
  Document document{std::move(allows), std::move(denies), {}, false};
  for (Boxes* boxes : {&document.allows, &document.denies}) {
    sort_boxes(*boxes, atoms);
    for (const Box* box : *boxes) {
      for (const AtomId id : *box) {
        note_use(atoms[id], id, document);
      }
      document.has_variables = document.has_variables || has_variables(*box, atoms);
    }
  }
  return document;
}

}  // namespace muster::prover
