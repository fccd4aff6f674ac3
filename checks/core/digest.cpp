// The only user of OpenSSL in checks/.
#include "checks/core/digest.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>

namespace muster {

Sha256 sha256(std::string_view bytes) {
  Sha256 result{};
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), result.data());
  return result;
}

std::string hex(const Sha256& hash, std::size_t bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string result;
  for (std::size_t i = 0; i < std::min(bytes, hash.size()); ++i) {
    result += kDigits[hash[i] >> 4U];
    result += kDigits[hash[i] & 15U];
  }
  return result;
}

std::string base64(const Sha256& hash) {
  std::string result(44, '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(result.data()), hash.data(),
                  static_cast<int>(hash.size()));
  return result;
}

}  // namespace muster
