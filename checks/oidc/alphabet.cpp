// Character classes as small automata.
#include "checks/oidc/alphabet.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace muster::oidc {
namespace {

bool is_digit(Char c) {
  return c >= U'0' && c <= U'9';
}

bool is_alphanumeric(Char c) {
  return is_digit(c) || (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z') || c == kFreshChar;
}

bool is_one_of(Char c, std::u32string_view set) {
  return set.find(c) != std::u32string_view::npos;
}

bool is_printable(Char c) {
  return c >= U' ' && c != 0x7F;
}

int one_if(bool condition) {
  return condition ? 1 : -1;
}

/// States: 0 start, 1 name, 2 directly behind the underscore, 3 behind the underscore.
int next_owner(int state, Char c) {
  if (is_alphanumeric(c)) {
    return state <= 1 ? 1 : 3;
  }
  if (c == U'-') {
    return state == 1 ? 1 : -1;
  }
  return c == U'_' && state == 1 ? 2 : -1;
}

/// States: 0 start, 1 `.`, 2 `..`, 3 anything else.
int next_repository(int state, Char c) {
  if (c == U'.') {
    return state < 3 ? state + 1 : 3;
  }
  return is_alphanumeric(c) || c == U'_' || c == U'-' ? 3 : -1;
}

/// States: 0 start of a component, 1 ordinary, 2 to 6 behind `.`, `.l`, `.lo`, `.loc`, `.lock`, 7
/// behind `@`.
int next_ref(int state, Char c) {
  constexpr std::u32string_view kLock = U"lock";
  if (!is_printable(c) || is_one_of(c, U" ~^:?*[\\")) {
    return -1;
  }
  if (c == U'/') {
    return state == 0 || state == 6 ? -1 : 0;
  }
  if (c == U'.') {
    return state == 0 || state == 2 ? -1 : 2;
  }
  if (c == U'{' && state == 7) {
    return -1;
  }
  if (state >= 2 && state < 6 && c == kLock[static_cast<std::size_t>(state - 2)]) {
    return state + 1;
  }
  return c == U'@' ? 7 : 1;
}

int next_digit(int state, Char c) {
  const bool leading_zero = state == 0 && c == U'0';
  return (is_digit(c) || c == kFreshChar) && !leading_zero ? 1 : -1;
}

/// State 0: at the start of a name.
int next_path(int state, Char c) {
  if (c == U'/') {
    return state == 1 ? 0 : -1;
  }
  return one_if(is_alphanumeric(c) || is_one_of(c, U"._-"));
}

bool is_hex(Char c) {
  return is_digit(c) || (c >= U'a' && c <= U'f') || c == kFreshChar;
}

}  // namespace

CharClass class_named(std::string_view name) {
  constexpr std::pair<std::string_view, CharClass> kNames[] = {
      {"name", CharClass::Repository}, {"digits", CharClass::Digits}, {"path", CharClass::Path},
      {"label", CharClass::Label},     {"hex", CharClass::Hex},       {"uuid", CharClass::Uuid},
      {"ref", CharClass::Ref}};
  const auto* it = std::find_if(std::begin(kNames), std::end(kNames),
                                [&](const auto& entry) { return entry.first == name; });
  return it == std::end(kNames) ? CharClass::Text : it->second;
}

int next_state(CharClass kind, int state, Char c) {
  switch (kind) {
    case CharClass::Owner:
      return next_owner(state, c);
    case CharClass::Repository:
      return next_repository(state, c);
    case CharClass::Digits:
      return next_digit(state, c);
    case CharClass::Ref:
      return next_ref(state, c);
    case CharClass::FileStem:
      return one_if(is_printable(c) && !is_one_of(c, U"/@"));
    case CharClass::Actor:
      return one_if(is_alphanumeric(c) || is_one_of(c, U"-_[]"));
    case CharClass::Hex:
      return one_if(is_hex(c));
    case CharClass::Uuid:
      return one_if(is_hex(c) || c == U'-');
    case CharClass::Path:
      return next_path(state, c);
    case CharClass::Label:
      return one_if(is_printable(c) && !is_one_of(c, U":/"));
    case CharClass::SessionName:
      return is_alphanumeric(c) || is_one_of(c, U"_+=,.@-") ? (state == 0 ? 1 : 2) : -1;
    case CharClass::Text:
      return one_if(is_printable(c));
  }
  return -1;
}

bool may_end(CharClass kind, int state) {
  switch (kind) {
    case CharClass::Owner:
      return state == 1 || state == 3;
    case CharClass::Repository:
      return state == 3;
    case CharClass::Ref:
      return state != 0 && state != 2 && state != 6;
    case CharClass::SessionName:
      return state == 2;
    case CharClass::Digits:
    case CharClass::FileStem:
    case CharClass::Actor:
    case CharClass::Hex:
    case CharClass::Uuid:
    case CharClass::Path:
    case CharClass::Label:
    case CharClass::Text:
      return state == 1;
  }
  return false;
}

bool belongs(CharClass kind, const Word& word) {
  int state = 0;
  for (const Char c : word) {
    state = next_state(kind, state, c);
    if (state < 0) {
      return false;
    }
  }
  return may_end(kind, state);
}

}  // namespace muster::oidc
