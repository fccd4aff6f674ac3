// Reads each file, judges it, prints the findings for people or as Access Analyzer does.
#include "app/policy_lint.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>

#include "app/catalogue_option.h"
#include "app/location_json.h"
#include "app/repository.h"
#include "checks/lint/lint.h"
#include "checks/text/ascii.h"
#include "report/sanitise.h"
#include "report/words.h"

namespace muster::app {
namespace {

using lint::CodeInfo;
using lint::Finding;
using lint::Findings;
using lint::FindingType;
using lint::Location;
using lint::Step;
using nlohmann::ordered_json;

constexpr std::array kTypes = {FindingType::Error, FindingType::SecurityWarning,
                               FindingType::Warning, FindingType::Suggestion};

struct Judged {
  std::string file;
  Findings findings;
};

/// What became of all files.
struct Run {
  std::vector<Judged> files;
  bool not_there = false;
  bool unreadable = false;

  [[nodiscard]] bool fails(FindingType mildest) const {
    return std::ranges::any_of(files, [&](const Judged& judged) {
      return std::ranges::any_of(judged.findings.list, [&](const Finding& finding) {
        return lint::info(finding.code).type <= mildest;
      });
    });
  }
};

Result<Judged> judge(const std::string& file, const PolicyLintOptions& options,
                     const policy::Catalogue& catalogue) {
  const SourceId source(file == "-" ? "<stdin>" : file);
  MUSTER_TRY(std::string bytes, read_argument(file, source, kPolicyFileLimit));
  MUSTER_TRY(Findings findings,
             lint::lint(std::move(bytes), source, lint::parse_document_type(options.type),
                        catalogue, {.redundant = options.redundant}));
  return Judged{source.path(), std::move(findings)};
}

Run judge_all(const PolicyLintOptions& options, const policy::Catalogue& catalogue,
              const Console& console) {
  Run run;
  for (const std::string& file : options.files) {
    Result<Judged> judged = judge(file, options, catalogue);
    if (judged) {
      run.files.push_back(std::move(judged).value());
    } else {
      const bool usage = report_error(console, judged.error()) == kUsage;
      (usage ? run.not_there : run.unreadable) = true;
    }
  }
  return run;
}

ordered_json plain_path(const Location& location) {
  ordered_json path = ordered_json::array();
  for (const Step& step : location.path) {
    path.push_back(step.kind == Step::Kind::Index ? ordered_json(step.index)
                                                  : ordered_json(step.name));
  }
  return path;
}

ordered_json step_json(const Step& step) {
  switch (step.kind) {
    case Step::Kind::Value:
      return {{"value", step.name}};
    case Step::Kind::Index:
      return {{"index", step.index}};
    case Step::Kind::Key:
      return {{"key", step.name}};
  }
  return {};
}

ordered_json position_json(std::uint32_t line, std::uint32_t column, std::size_t offset) {
  return {{"line", line}, {"column", column == 0 ? 0 : column - 1}, {"offset", offset}};
}

ordered_json analyzer_location(const Location& location) {
  ordered_json path = ordered_json::array();
  for (const Step& step : location.path) {
    path.push_back(step_json(step));
  }
  const Span& span = location.where.span;
  return {{"path", std::move(path)},
          {"span",
           {{"start", position_json(span.line, span.column, location.begin)},
            {"end", position_json(span.end_line, span.end_column, location.end)}}}};
}

/// Where Amazon explains the code; ours are explained in the documentation of muster.
std::string learn_more(const CodeInfo& code) {
  constexpr std::string_view kPage =
      "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
      "access-analyzer-reference-policy-checks.html";
  std::string type(lint::to_string(code.type));
  type = type == "warning" ? "general-warning" : type;
  std::string name(code.id);
  std::ranges::transform(name, name.begin(),
                         [](char c) { return c == '_' ? '-' : text::lower(c); });
  return std::string(kPage) + "#access-analyzer-reference-policy-checks-" + type + "-" + name;
}

ordered_json finding_json(const Finding& finding) {
  const CodeInfo& code = lint::info(finding.code);
  const Location& first = finding.locations.front();
  ordered_json json{{"code", code.id},
                    {"severity", lint::to_string(code.type)},
                    {"message", finding.message},
                    {"path", plain_path(first)},
                    {"location", location_json(first.where)},
                    {"fix", code.fix},
                    {"findingType", lint::finding_type_name(code.type)},
                    {"issueCode", code.id},
                    {"findingDetails", finding.message}};
  if (!code.own()) {
    json["learnMoreLink"] = learn_more(code);
  }
  json["locations"] = ordered_json::array();
  for (const Location& location : finding.locations) {
    json["locations"].push_back(analyzer_location(location));
  }
  return json;
}

void print_json(const Run& run, const policy::Catalogue& catalogue, std::ostream& out) {
  ordered_json json{{"catalogue",
                     {{"date", catalogue.date()},
                      {"version", catalogue.editions().back().version},
                      {"source", catalogue.source()}}},
                    {"files", ordered_json::array()},
                    {"findings", ordered_json::array()}};
  for (const Judged& judged : run.files) {
    json["files"].push_back({{"file", judged.file},
                             {"policy_type", lint::to_string(judged.findings.type)},
                             {"findings", judged.findings.list.size()},
                             {"undecided", judged.findings.undecided}});
    for (const Finding& finding : judged.findings.list) {
      json["findings"].push_back(finding_json(finding));
    }
  }
  out << json.dump(2, ' ', false, ordered_json::error_handler_t::replace) << "\n";
}

/// The other places of a finding: `also 4:12, 4:30 and 6 more`.
std::string other_places(const Finding& finding) {
  constexpr std::size_t kShown = 3;
  std::string text;
  for (std::size_t i = 1; i < finding.locations.size(); ++i) {
    if (i > kShown) {
      return text + " and " + std::to_string(finding.locations.size() - i) + " more";
    }
    const Span& span = finding.locations[i].where.span;
    text +=
        (i == 1 ? "also " : ", ") + std::to_string(span.line) + ":" + std::to_string(span.column);
  }
  return text;
}

void print_finding(const Finding& finding, std::ostream& out) {
  const CodeInfo& code = lint::info(finding.code);
  const auto line = [&](const std::string& text) { out << report::safe_line(text) << "\n"; };
  line(to_string(finding.locations.front().where) + " " + std::string(code.id) + " " +
       finding.message);
  const std::string others = other_places(finding);
  line("    " + std::string(code.fix) + (others.empty() ? "" : " (" + others + ")"));
}

void print_summary(const Run& run, std::ostream& out) {
  std::array<std::size_t, kTypes.size()> counts{};
  for (const Judged& judged : run.files) {
    for (const Finding& finding : judged.findings.list) {
      ++counts[static_cast<std::size_t>(lint::info(finding.code).type)];
    }
  }
  constexpr std::array kNames = {"error", "security warning", "warning", "suggestion"};
  for (const Judged& judged : run.files) {
    if (judged.findings.undecided > 0) {
      out << report::safe_line(judged.file)
          << ": statements and entries that --redundant could not decide within its limits: "
          << judged.findings.undecided << "\n";
    }
  }
  std::string text;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] > 0) {
      text += (text.empty() ? "" : ", ") + report::plural(counts[i], kNames[i]);
    }
  }
  out << (text.empty() ? "nothing found" : text) << " in " << run.files.size()
      << (run.files.size() == 1 ? " policy" : " policies") << "\n";
}

}  // namespace

int policy_lint(const PolicyLintOptions& options, const Console& console) {
  const Result<CatalogueChoice> catalogue = CatalogueChoice::read(options.catalogue);
  if (!catalogue) {
    return report_error(console, catalogue.error());
  }
  const Run run = judge_all(options, catalogue.value().get(), console);
  if (options.json) {
    print_json(run, catalogue.value().get(), console.out);
  } else {
    for (const Judged& judged : run.files) {
      for (const Finding& finding : judged.findings.list) {
        print_finding(finding, console.out);
      }
    }
    print_summary(run, console.out);
  }
  const auto* mildest = std::ranges::find(kTypes, options.fail_on,
                                          [](FindingType type) { return lint::to_string(type); });
  const bool fails = run.fails(mildest == kTypes.end() ? FindingType::SecurityWarning : *mildest);
  return run.not_there ? kUsage : fails ? kFindings : run.unreadable ? kIncomplete : kClean;
}

}  // namespace muster::app
