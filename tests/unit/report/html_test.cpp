// The page: no text of an audited repository becomes markup, and it shows what the model counts.
#include "report/html.h"

#include <doctest/doctest.h>

#include <regex>
#include <set>
#include <string>
#include <vector>

#include "checks/core/digest.h"
#include "report/embedded.h"
#include "report/terminal.h"
#include "tests/unit/report/sample.h"

namespace muster::report {
namespace {

std::string page_of(const Report& report) {
  const auto page = to_html(report);
  REQUIRE(page);
  return page.value();
}

/// End of the attribute that begins at `at`: behind its value, quoted or not.
std::size_t skip_attribute(const std::string& page, std::size_t at) {
  const std::size_t stop = page.find_first_of("= >", at);
  if (page[stop] != '=') {
    return stop;
  }
  const char quote = page[stop + 1];
  const bool quoted = quote == '"' || quote == '\'';
  return quoted ? page.find(quote, stop + 2) + 1 : page.find_first_of(" >", stop);
}

/// Every tag with the names of its attributes, as a browser would see them: `a href`, `/a`.
std::vector<std::string> skeleton(const std::string& page) {
  std::vector<std::string> tags;
  for (std::size_t at = 0; (at = page.find('<', at)) != std::string::npos;) {
    const std::size_t name_end = page.find_first_of(" >", at);
    std::string tag = page.substr(at + 1, name_end - at - 1);
    at = name_end;
    while (page[at] != '>') {
      if (page[at] == ' ') {
        ++at;
        continue;
      }
      const std::size_t end = skip_attribute(page, at);
      tag += " " + page.substr(at, page.find_first_of("= >", at) - at);
      at = end;
    }
    if (tag == "style") {
      at = page.find("</style>", at);
    }
    tags.push_back(tag);
  }
  return tags;
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) {
    ++count;
  }
  return count;
}

TEST_CASE("no hostile text in any field becomes markup") {
  const std::vector<std::string> harmless = skeleton(page_of(sample::report("harmless")));
  REQUIRE(harmless.size() > 200);

  struct Row {
    const char* name;
    const char* text;
  };

  for (const Row& row : {Row{"script", "<script>alert(1)</script>"},
                         Row{"handler", "\" onload=\"alert(1)"},
                         Row{"handler in single quotes", "' onmouseover='alert(1)"},
                         Row{"image", "<img src=x onerror=alert(1)>"},
                         Row{"link", "javascript:alert(1)"},
                         Row{"end of style", "</style><script>alert(1)</script>"},
                         Row{"end of title", "</title><svg onload=alert(1)>"},
                         Row{"end of code", "</code></pre><iframe srcdoc=x>"},
                         Row{"comment", "<!-- "},
                         Row{"end of comment", "--><script>alert(1)</script>"},
                         Row{"CDATA", "]]><b>"},
                         Row{"entity", "&lt;script&gt;"},
                         Row{"section", "{{#GROUP}}{{/GROUP}}"},
                         Row{"variable", "{{CSS:none}}"},
                         Row{"pragma", "{{%AUTOESCAPE context=\"TEXT\"}}"},
                         Row{"UTF-7", "+ADw-script+AD4-alert(1)+ADw-/script+AD4-"},
                         Row{"refresh", "<meta http-equiv=refresh content=0;url=//example.com>"},
                         Row{"base", "<base href=//example.com>"},
                         Row{"null", "<\x01script>alert(1)</script>"},
                         Row{"broken bytes", "\xC3<script>\xE2\x80"},
                         Row{"wide quotes", "\uFF1Cscript\uFF1E"}}) {
    CAPTURE(row.name);
    CHECK(skeleton(page_of(sample::report(row.text))) == harmless);
  }
}

TEST_CASE("template markers in a text are shown, not expanded") {
  const std::string page = page_of(sample::report("{{SUBJECT}}{{X}}"));
  CHECK(count_of(page, "{{SUBJECT}}{{X}}") >= 40);
}

TEST_CASE("code in backticks is set apart, and hostile code stays text") {
  const std::string page = page_of(sample::report("role `<b>x</b>` is open"));
  CHECK(page.find("<p>Role <code>&lt;b&gt;x&lt;/b&gt;</code> is open: role <code>") !=
        std::string::npos);
  CHECK(page.find("<b>") == std::string::npos);
}

TEST_CASE("a witness's command keeps its lines and quotes as text") {
  Run run = sample::run("x");
  run.result.outcomes.resize(1);
  run.result.outcomes[0].where = sample::place("<trust>.json", 1);
  const std::string page = page_of(make_report(run, {}, Intent{}, Severity::Low));
  CHECK(page.find("muster trust test &#39;&lt;trust&gt;.json&#39;") != std::string::npos);
}

TEST_CASE("the policy of the page allows its own style and nothing else") {
  const std::string page = page_of(sample::report("x"));
  const std::string style = page.substr(page.find("<style>") + 7);
  const std::string hash = base64(sha256(style.substr(0, style.find("</style>"))));
  CHECK(page.find("content=\"default-src &#39;none&#39;; style-src &#39;sha256-" + hash +
                  "&#39;; base-uri &#39;none&#39;") != std::string::npos);
  CHECK(page.find("http-equiv") < page.find("<title>"));
  CHECK(page.find("<script") == std::string::npos);
}

TEST_CASE("the template escapes from its first byte and offers no place where a text could run") {
  const std::string text(embedded_file("report.tpl"));
  CHECK(text.starts_with("{{%AUTOESCAPE context=\"HTML\"}}<!doctype html>"));
  CHECK(count_of(text, ":none") == 1);
  CHECK(text.find("{{CSS:none}}") != std::string::npos);
  const std::regex open_places(
      "formaction|xlink:href|srcdoc|srcset|poster|ping=| style=| on[a-z]+=|<script|\\{\\{>",
      std::regex::icase);
  CHECK_FALSE(std::regex_search(text, open_places));
  CHECK(std::string(embedded_file("report.css")).find("{{") == std::string::npos);
  CHECK(std::string(embedded_file("report.css")).find("url(") == std::string::npos);
}

TEST_CASE("the page and the terminal show the counts of the model") {
  const Report report = sample::report("acme/shop");
  const std::string page = page_of(report);
  for (const char* figure :
       {"<dd>33.3<small> %</small></dd><dd class=\"sub\">2 of 6 pass</dd>",
        "<dt>Open findings</dt><dd>4</dd><dd class=\"sub\">1 new, 1 reopened, 2 unchanged</dd>",
        "<dt>Blocking</dt><dd>3</dd>",
        "<dt>Not judged</dt><dd>3</dd><dd class=\"sub\">1 undecided, 2 not covered</dd>",
        "<dt>Closed</dt><dd>2</dd><dd class=\"sub\">1 by a fix</dd>",
        "Gate: 3 findings at or above medium, 2 open questions."}) {
    CAPTURE(figure);
    CHECK(page.find(figure) != std::string::npos);
  }
  CHECK(count_of(page, "<article class=\"place\"") == 4);
  const std::string summary = to_terminal(report, {});
  CHECK(summary.find("4 findings: 1 critical, 2 medium, 1 low; 3 at or above medium block.") !=
        std::string::npos);
  CHECK(summary.find("2 of 6 decided checks passed, 1 undecided; posture 33.3 %.") !=
        std::string::npos);
}

TEST_CASE("a page without findings says what that means") {
  struct Row {
    const char* name;
    bool gap;
    bool nothing_blocks;
  };

  for (const Row& row : {Row{"all judged", false, true}, Row{"a gap", true, false}}) {
    CAPTURE(row.name);
    Run run = sample::run("acme/shop");
    run.result.outcomes = {run.result.outcomes[5]};
    run.result.not_covered.resize(row.gap ? 1 : 0);
    const std::string page = page_of(make_report(run, {}, Intent{}, Severity::Medium));
    CHECK((page.find("Nothing blocks.") != std::string::npos) == row.nothing_blocks);
    CHECK((page.find("1 open question keeps the audit incomplete") != std::string::npos) ==
          row.gap);
    CHECK(page.find("no run before") != std::string::npos);
  }
}

TEST_CASE("what is left out of the page is counted on it") {
  Run run = sample::run("x");
  const Outcome one = run.result.outcomes[1];
  run.result.outcomes.assign(25, one);
  for (std::size_t i = 0; i < run.result.outcomes.size(); ++i) {
    run.result.outcomes[i].fingerprint = "f" + std::to_string(i);
  }
  const std::string page = page_of(make_report(run, {}, Intent{}, Severity::Medium));
  CHECK(count_of(page, "<article class=\"place\"") == 10);
  CHECK(page.find("15 more are in report.json.") != std::string::npos);
}

/// The page of a run with so many findings, open questions, inputs and gaps.
std::string page_of_many(std::size_t count) {
  Run run = sample::run("x");
  RunDelta delta = sample::delta("x");
  run.result.outcomes.clear();
  run.inputs.clear();
  run.result.not_covered.clear();
  delta.closed.clear();
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = ".github/workflows/deploy-" + std::to_string(i) + ".yml";
    const std::string rule(all_rules()[i % all_rules().size()].id);
    run.result.outcomes.push_back(
        sample::finding(rule, Severity::Medium, name, "f" + std::to_string(i)));
    Outcome open = sample::outcome(rule, OutcomeKind::Undecided, Severity::Medium, name);
    open.reason = "no reason";
    run.result.outcomes.push_back(open);
    run.inputs.push_back({name, "aabbcc"});
    run.result.not_covered.push_back({name, "unreadable", true});
    delta.closed.push_back(sample::past(name, "p" + std::to_string(i)));
  }
  delta.not_rechecked = delta.closed;
  return page_of(make_report(run, delta, Intent{}, Severity::Medium));
}

TEST_CASE("a page of ten thousand findings stays small, and one of twice as many is no larger") {
  const std::string page = page_of_many(10'000);
  CHECK(page.size() < 2'000'000);
  CHECK(skeleton(page_of_many(20'000)).size() == skeleton(page).size());
  CHECK(count_of(page, "<article class=\"place\"") == 200);
  CHECK(count_of(page, "9800 more are in report.json.") == 5);
}

}  // namespace
}  // namespace muster::report
