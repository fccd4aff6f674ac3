// What the edge of AWS reads: INI files, answers in JSON and XML, command lines, dates, addresses.
// The first byte chooses the reader. What is written again must be read as the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "aws/ini.h"
#include "aws/process.h"
#include "aws/time.h"
#include "aws/value.h"
#include "net/url.h"

namespace {

using namespace muster;

void require(bool law) {
  if (!law) {
    std::abort();
  }
}

/// A tree in JSON, read and written again, is the same text.
void same_again(const aws::Value& value, aws::Layout layout) {
  const std::string once = aws::to_json(value, layout);
  const auto again = aws::parse_json(once);
  require(again.ok() && aws::to_json(again.value(), layout) == once);
}

void read_xml(std::string_view text) {
  const auto value = aws::parse_xml(
      text, {.lists = {"L"}, .repeated = {"R"}, .numbers = {"N"}, .booleans = {"B"}});
  if (value) {
    require(aws::parse_json(aws::to_json(value.value(), aws::Layout::Indented)).ok());
  }
}

void read_url(std::string_view text) {
  const auto url = net::parse_url(text);
  if (url) {
    const auto again = net::parse_url(url.value().text());
    require(again.ok() && again.value().text() == url.value().text());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 'i':
      static_cast<void>(aws::parse_ini(text, SourceId("config")).ok());
      break;
    case 'j':
      if (const auto value = aws::parse_json(text)) {
        same_again(value.value(), aws::Layout::Compact);
      }
      break;
    case 'x':
      read_xml(text);
      break;
    case 'u':
      read_url(text);
      require(net::percent_decoded(net::percent_encoded(text)) == text);
      break;
    default:
      static_cast<void>(aws::split_words(text).ok());
      static_cast<void>(aws::parse_iso_date(text));
      static_cast<void>(aws::parse_http_date(text));
  }
  return 0;
}
