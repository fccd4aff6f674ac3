// Greedy matching that, on a mismatch, gives one more character to the last run: earlier runs need
// no second try.
#include "checks/policy/glob.h"

#include "checks/policy/evaluate.h"
#include "checks/text/ascii.h"

namespace muster::policy {
namespace {

/// Bytes of the character at `at`: a lead byte and its continuations.
std::size_t character_bytes(std::string_view text, std::size_t at) {
  std::size_t count = 1;
  while (at + count < text.size() &&
         (static_cast<unsigned char>(text[at + count]) & 0xC0U) == 0x80U) {
    ++count;
  }
  return count;
}

}  // namespace

bool glob_match(std::string_view pattern, std::string_view text, Wildcards wildcards) {
  constexpr std::size_t kNone = std::string_view::npos;
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t after_run = kNone;
  std::size_t run_end = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == wildcards.any_run) {
      after_run = ++p;
      run_end = t;
    } else if (p < pattern.size() && pattern[p] == wildcards.any_one) {
      t += character_bytes(text, t);
      ++p;
    } else if (p < pattern.size() &&
               (pattern[p] == text[t] ||
                (wildcards.lower_case && text::lower(pattern[p]) == text[t]))) {
      ++t;
      ++p;
    } else if (after_run != kNone) {
      run_end += character_bytes(text, run_end);
      t = run_end;
      p = after_run;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == wildcards.any_run) {
    ++p;
  }
  return p == pattern.size();
}

bool glob_match(std::string_view pattern, std::string_view text) {
  return glob_match(pattern, text, Wildcards{});
}

}  // namespace muster::policy
