// Laws of the reports over arbitrary bytes in every text that a stranger can choose.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "report/html.h"
#include "report/json.h"
#include "report/sanitise.h"
#include "report/terminal.h"
#include "tests/unit/report/sample.h"

namespace muster::report {
namespace {

/// Random bytes with hostile pieces in between, which pure chance would rarely write.
rc::Gen<std::string> hostile_text() {
  const auto piece =
      rc::gen::oneOf(rc::gen::arbitrary<std::string>(),
                     rc::gen::element<std::string>(
                         "\x1B[2J", "\xC2\x9B", "\u202E", "\u200B", "\u2066", "\uFEFF", "\u00AD",
                         "\U000E0041", "\uFFFE", "\u2028", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                         "\xC0\xAF", "\x80", "\r\n", "\n", "\t", "::error::x", "##[add-mask]", " ",
                         "`", "<script>", "\"", "{{X}}", "\u00E4", "\U0001F680"));
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(piece),
                      [](const std::vector<std::string>& pieces) {
                        std::string text;
                        for (const std::string& part : pieces) {
                          text += part;
                        }
                        return text;
                      });
}

/// Valid UTF-8 by another library's judgement.
bool is_utf8(const std::string& text) {
  try {
    return !nlohmann::json(text).dump().empty();
  } catch (const nlohmann::json::exception&) {
    return false;
  }
}

/// Whether something is left that a reader would not see, apart from line feeds and tabs. REQUIRES:
/// valid UTF-8.
bool hides_something(const std::string& text) {
  std::uint32_t code = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool follows = (byte & 0xC0U) == 0x80U;
    const std::uint32_t lead = byte < 0x80 ? byte : byte & (byte < 0xE0 ? 0x1FU : 0x0FU);
    code = follows ? (code << 6U) | (byte & 0x3FU) : lead;
    const bool last =
        i + 1 == text.size() || (static_cast<unsigned char>(text[i + 1]) & 0xC0U) != 0x80U;
    const bool control = code < 0x20 && code != '\n' && code != '\t';
    const bool invisible = (code >= 0x7F && code < 0xA0) || code == 0xAD || code == 0x61C ||
                           (code >= 0x200B && code <= 0x200F) ||
                           (code >= 0x2028 && code <= 0x202E) ||
                           (code >= 0x2060 && code <= 0x206F) || (code & 0xFFFEU) == 0xFFFE ||
                           code == 0xFEFF || (code >= 0xE0000 && code <= 0xE0FFF);
    if (last && (control || invisible)) {
      return true;
    }
  }
  return false;
}

/// Whether a line begins as a command to GitHub's runner does, or holds its older form.
bool commands(const std::string& text) {
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    const std::size_t begin = std::min(line.find_first_not_of(" \t"), line.size());
    if (line.compare(begin, 2, "::") == 0 || line.find("##[") != std::string::npos) {
      return true;
    }
  }
  return false;
}

TEST_CASE("sanitised text is valid, visible, and stays as it is when sanitised again") {
  CHECK(rc::check("sanitise", [] {
    const std::string text = *hostile_text();
    const std::size_t limit = *rc::gen::inRange<std::size_t>(0, 64);
    for (const Lines lines : {Lines::One, Lines::Many}) {
      const std::string clean = sanitise(text, lines, limit);
      RC_ASSERT(is_utf8(clean));
      RC_ASSERT(!hides_something(clean));
      RC_ASSERT(clean.size() <= limit + 3);
      RC_ASSERT(sanitise(clean, lines, limit + 3) == clean);
      RC_ASSERT(lines == Lines::Many || clean.find_first_of("\n\t") == std::string::npos);
    }
  }));
}

TEST_CASE("every format of any report is valid, visible and no command to a runner") {
  CHECK(rc::check("formats", [] {
    const Report report = sample::report(*hostile_text());
    const std::string json = to_json(report);
    const auto page = to_html(report);
    RC_ASSERT(bool(page));
    const std::string summary =
        to_terminal(report, {false, *rc::gen::inRange<std::size_t>(1, 120), {}});
    for (const std::string* text : {&json, &page.value(), &summary}) {
      RC_ASSERT(is_utf8(*text));
      RC_ASSERT(!hides_something(*text));
    }
    for (const std::string* text : {&json, &summary}) {
      RC_ASSERT(!commands(*text));
    }
  }));
}

TEST_CASE("report.json parses back to the findings of the report") {
  CHECK(rc::check("round trip", [] {
    const Report report = sample::report(*hostile_text());
    const auto read = nlohmann::json::parse(to_json(report));
    std::size_t at = 0;
    for (const Group& group : report.groups) {
      for (const Item& item : group.items) {
        const auto& outcome = read["outcomes"][at++];
        RC_ASSERT(outcome["rule"] == item.outcome.rule);
        RC_ASSERT(outcome["fingerprint"] == item.outcome.fingerprint);
        RC_ASSERT(outcome["message"] == item.outcome.message);
        RC_ASSERT(outcome["reason"] == item.outcome.reason);
        RC_ASSERT(outcome["asset"]["id"] == item.outcome.asset.id);
        RC_ASSERT(outcome["witness"]["fields"].contains(item.outcome.witness.fields[0].name));
      }
    }
    RC_ASSERT(at == read["summary"]["by_outcome"]["fail"]);
  }));
}

TEST_CASE("colour only adds escapes and takes backticks") {
  CHECK(rc::check("colour", [] {
    const Report report = sample::report(*hostile_text());
    const std::string coloured = to_terminal(report, {true, 100000, {}});
    std::string bare = std::regex_replace(coloured, std::regex("\x1B\\[[0-9;]*m"), "");
    std::string plain = to_terminal(report, {false, 100000, {}});
    for (std::string* text : {&bare, &plain}) {
      // A pair of backticks, or a blank at the end of what they quote, is no part of the words.
      text->erase(
          std::remove_if(text->begin(), text->end(), [](char c) { return c == '`' || c == ' '; }),
          text->end());
    }
    RC_ASSERT(bare == plain);
  }));
}

}  // namespace
}  // namespace muster::report
