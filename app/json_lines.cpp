// Splits the file at line feeds and collects answers and errors.
#include "app/json_lines.h"

#include <algorithm>
#include <ostream>
#include <vector>

#include "app/repository.h"

namespace muster::app {
namespace {

constexpr std::size_t kLinesFileLimit = std::size_t{512} << 20U;

/// What became of the whole file.
struct Answers {
  std::string lines;
  std::vector<Error> errors;
  bool some_undecided = false;

  void add(Result<LineAnswer> answer, const SourceId& source, std::uint32_t line) {
    if (!answer) {
      Error error = answer.error();
      error.where = in_file(error.where.value_or(SourceRef{source, {}}), line);
      errors.push_back(std::move(error));
      return;
    }
    lines += answer.value().json + "\n";
    some_undecided = some_undecided || answer.value().undecided;
  }
};

Answers answer_all(std::string_view bytes, const SourceId& source, const AnswerLine& answer) {
  Answers answers;
  for (std::uint32_t line = 1; !bytes.empty(); ++line) {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    const std::string_view content = bytes.substr(0, end);
    if (content.find_first_not_of(" \t\r") != std::string_view::npos) {
      answers.add(answer(content, source, line), source, line);
    }
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
  return answers;
}

}  // namespace

SourceRef in_file(SourceRef where, std::uint32_t line) {
  where.span.line = line;
  where.span.end_line = line;
  return where;
}

int answer_lines(const std::string& file, const AnswerLine& answer, const Console& console) {
  const SourceId source(file);
  const Result<std::string> bytes = read_file(file, source, kLinesFileLimit);
  if (!bytes) {
    report_error(console, bytes.error());
    return kUsage;
  }
  const Answers answers = answer_all(bytes.value(), source, answer);
  for (const Error& error : answers.errors) {
    report_error(console, error);
  }
  if (!answers.errors.empty()) {
    return kUsage;
  }
  console.out << answers.lines;
  return answers.some_undecided ? kIncomplete : kClean;
}

}  // namespace muster::app
