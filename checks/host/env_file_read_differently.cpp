// One environment file, several readers, and each has rules of its own: what one takes the quotes
// off, another hands on with them; one cuts a comment behind a value, another makes it part of the
// value; one refuses the whole file for a blank in front of `=`. Sources: systemd.exec(5)
// "EnvironmentFile=" and its parser (src/basic/env-file.c), Docker CLI reference "docker container
// run --env-file" and its parser, Compose file reference "env_file", POSIX.1-2017 Shell Command
// Language. A shell needs more care than the facts tell: blanks and `;` in values are not seen.
#include <algorithm>

#include "checks/host/env_files.h"

namespace muster::host {
namespace {

/// What a reader makes of a line.
struct Reading {
  /// Words that differ when the readings do; never shown.
  std::string how;
  /// Why the reader stops at it, or runs it.
  std::string refuses;
};

bool is_one_of(EnvReader reader, std::initializer_list<EnvReader> readers) {
  return std::ranges::find(readers, reader) != readers.end();
}

/// What is no plain `NAME=value`.
Reading odd_reading(EnvReader reader, const EnvLine& line) {
  const bool shell = reader == EnvReader::Shell;
  const bool docker = reader == EnvReader::Docker;
  if (line.has("space-before-equals")) {
    return {"", shell    ? "runs the line as a command: a blank stands before `=`"
                : docker ? "refuses the file: a blank stands before `=`"
                         : ""};
  }
  if (line.has("space-after-equals") && shell) {
    return {"", "runs the value as a command: a blank stands behind `=`"};
  }
  if (line.has("no-equals")) {
    const bool takes = docker || reader == EnvReader::Compose;
    return {takes ? "taken from the caller" : "left out",
            shell ? "runs the line as a command: it has no `=`" : ""};
  }
  if (line.has("semicolon")) {
    const bool refused = shell || reader == EnvReader::Compose;
    return {"", refused ? "refuses the file: a line begins with `;`" : ""};
  }
  if (line.has("export")) {
    return {reader == EnvReader::Systemd ? "left out" : "taken",
            docker ? "refuses the file: a line begins with `export`" : ""};
  }
  return {};
}

/// What becomes of the value.
std::string value_reading(EnvReader reader, const EnvLine& line) {
  const bool docker = reader == EnvReader::Docker;
  const bool shell = reader == EnvReader::Shell;
  const bool replaces = is_one_of(reader, {EnvReader::Compose, EnvReader::Shell});
  const bool quoted = line.quote != "none";
  std::string how;
  if (line.has("continuation") || line.has("inside-quote")) {
    return docker || (line.has("continuation") && reader == EnvReader::Compose) ? "its own line"
                                                                                : "joined";
  }
  if (quoted) {
    how += docker ? "quotes kept " : "quotes gone ";
  }
  if (line.has("inline-comment")) {
    how += replaces ? "comment cut " : "comment kept ";
  }
  if (line.has("text-behind-quote")) {
    how += std::string("behind the quote as ") + to_string(reader) + " sees it ";
  }
  if (line.has("dollar") && line.quote != "single") {
    how += replaces ? "$ replaced " : "$ kept ";
  }
  if (line.has("backslash") && line.quote != "single") {
    const bool keeps = docker || (reader == EnvReader::Compose && !quoted);
    how += keeps ? "backslash kept " : "backslash gone ";
  }
  if (line.has("space-after-equals") || (line.has("trailing-space") && !quoted)) {
    how += docker ? "blanks kept " : "blanks gone ";
  }
  if (line.has("cr")) {
    how += shell ? "CR kept " : "CR gone ";
  }
  return how;
}

Reading reading_of(EnvReader reader, const EnvLine& line) {
  Reading reading = odd_reading(reader, line);
  reading.how += value_reading(reader, line);
  return reading;
}

/// What is wrong with one line; empty = nothing.
std::string defect_of_line(const EnvSubject& file, const EnvLine& line) {
  const EnvReader* first = nullptr;
  Reading first_reading;
  for (const EnvReader& reader : file.readers) {
    Reading reading = reading_of(reader, line);
    if (!reading.refuses.empty()) {
      return std::string(to_string(reader)) + " " + reading.refuses;
    }
    if (first == nullptr) {
      first = &reader;
      first_reading = std::move(reading);
    } else if (reading.how != first_reading.how) {
      return std::string(to_string(*first)) + " and " + to_string(reader) +
             " get another value from it";
    }
  }
  return "";
}

std::string doubt_about_file(const EnvSubject& file) {
  const bool strict = file.is_read_by(EnvReader::Docker) || file.is_read_by(EnvReader::Systemd);
  if (file.content->has("not-ascii") && strict) {
    return "it has other bytes than ASCII: systemd and docker take them as UTF-8 alone, and the "
           "facts do not tell whether they are";
  }
  if (file.is_read_by(EnvReader::Shell) &&
      !std::ranges::all_of(file.content->lines, is_safe_for_shell)) {
    return "a shell reads it, and the facts do not tell whether values without quotes have blanks "
           "or other characters that mean something to a shell; put such values in quotes";
  }
  return "";
}

/// A byte-order mark becomes a part of the first line for these.
bool is_spoiled(const EnvSubject& file) {
  return file.content->has("bom") &&
         (file.is_read_by(EnvReader::Systemd) || file.is_read_by(EnvReader::Shell));
}

void fail_line(const EnvSubject& file, const std::string& anchor, const SourceRef& where,
               const std::string& line, const std::string& defect, Outcomes& out) {
  std::vector<std::string> readers;
  for (const EnvReader reader : file.readers) {
    readers.emplace_back(to_string(reader));
  }
  out.fail(file.asset(), where,
           {WitnessKind::Text,
            {{"file", {file.path}}, {"line", {line}}, {"read by", readers}, {"so", {defect}}}})
      .anchor(anchor)
      .arg("path", file.path)
      .arg("host", file.host->id)
      .arg("line", line)
      .arg("defect", defect)
      .environment(file.host->environment);
}

void judge_readings(const EnvSubject& file, Outcomes& out) {
  bool clean = true;
  if (is_spoiled(file)) {
    clean = false;
    fail_line(file, "bom", file.where, "1",
              "a byte-order mark stands before it, which becomes a part of its name", out);
  }
  for (const EnvLine& line : file.content->lines) {
    const std::string defect = defect_of_line(file, line);
    if (!defect.empty()) {
      clean = false;
      const std::string number = std::to_string(line.number);
      fail_line(file, line.key == "?" ? "line" : line.key, line.where, number, defect, out);
    }
  }
  if (!clean) {
    return;
  }
  const std::string doubt = doubt_about_file(file);
  if (doubt.empty()) {
    out.pass(file.asset(), file.where).environment(file.host->environment);
  } else {
    out.undecided(file.asset(), file.where, doubt).environment(file.host->environment);
  }
}

void env_file_read_differently(const AuditInput& input, Outcomes& out) {
  each_env_content(input, out, [&](const EnvSubject& file) {
    if (!file.readers.empty()) {
      judge_readings(file, out);
    }
  });
}

const Register kEnvFileReadDifferentlyCheck{
    "host-env-file-read-differently", env_file_read_differently, {unreadable_host_facts}};

}  // namespace
}  // namespace muster::host
