// GitHub's expression language over sets of values: what an expression can become when some names
// are known and others are not. A comparison with something unknown is true or false, so `x && 'a'
// || 'b'` is `a` or `b` whatever `x` is. Source: GitHub Docs, "Evaluate expressions in workflows
// and actions".
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/workflow/value.h"

namespace muster::workflow {

/// A question about a ref of which only a prefix is known.
struct RefTest {
  enum class Kind {
    /// Compared with a text: answered "no", since the open ref stands for all others.
    Equal,
    /// `startsWith` with a text: the same.
    Prefix,
    /// Anything else: answered "yes or no".
    Other,
  };

  Kind kind = Kind::Other;
  /// The value as it stood there: `refs/heads/\x01`, or `\x01` for `github.ref_name`.
  std::string ref;
  std::string text;
};

/// Meaning of names, written with dots: `github.ref`, `vars.ROLE` (`vars['ROLE']` too). Letters
/// keep their case.
using Lookup = std::function<ValueSet(std::string_view name)>;

/// Evaluates what stands between `${{` and `}}`. What cannot be parsed, and functions whose result
/// needs the run (`hashFiles`), are unknown. `tests` receives the questions about open
/// refs; without it each of them is answered "yes or no". `all_is_well`: nothing has failed and
/// nobody has cancelled the run; otherwise that is not known.
[[nodiscard]] ValueSet evaluate(std::string_view expression, const Lookup& lookup,
                                std::vector<RefTest>* tests = nullptr, bool all_is_well = false);

}  // namespace muster::workflow
