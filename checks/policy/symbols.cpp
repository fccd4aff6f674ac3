// UTF-8 to code points and back.
#include "checks/policy/symbols.h"

namespace muster::policy {

Word decode(std::string_view utf8) {
  Word out;
  out.reserve(utf8.size());
  for (std::size_t i = 0; i < utf8.size();) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    Char c = length == 1 ? lead : lead & (0xFFU >> (length + 1));
    if (i + length > utf8.size() || (lead >= 0x80 && lead < 0xC2)) {
      out.push_back(0xFFFD);
      ++i;
      continue;
    }
    for (std::size_t k = 1; k < length; ++k) {
      c = (c << 6U) | (static_cast<unsigned char>(utf8[i + k]) & 0x3FU);
    }
    out.push_back(c);
    i += length;
  }
  return out;
}

std::string encode(const Word& word) {
  std::string out;
  const auto put = [&out](Char bits) { out.push_back(static_cast<char>(bits)); };
  for (const Char c : word) {
    if (c < 0x80) {
      put(c);
    } else if (c < 0x800) {
      put(0xC0U | (c >> 6U));
      put(0x80U | (c & 0x3FU));
    } else if (c < 0x10000) {
      put(0xE0U | (c >> 12U));
      put(0x80U | ((c >> 6U) & 0x3FU));
      put(0x80U | (c & 0x3FU));
    } else {
      put(0xF0U | (c >> 18U));
      put(0x80U | ((c >> 12U) & 0x3FU));
      put(0x80U | ((c >> 6U) & 0x3FU));
      put(0x80U | (c & 0x3FU));
    }
  }
  return out;
}

}  // namespace muster::policy
