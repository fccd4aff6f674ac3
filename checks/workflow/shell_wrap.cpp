// The table of programs that run another one, and how each takes it. Sources: the manual pages of
// GNU coreutils, findutils, util-linux, sudo, OpenSSH, Bash; `--help` of the others.
#include "checks/workflow/shell_wrap.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "checks/text/ascii.h"

namespace muster::workflow {
namespace {

using Words = std::vector<std::string>;

/// A program that runs the command behind its options and operands.
struct Launcher {
  /// With its subcommand: `aws-vault exec`.
  std::string_view name;
  /// Options that take the next word along.
  std::string_view value_options;
  /// Words between the options and the command.
  std::size_t operands = 0;
  /// Names packages rather than files: `npx cdk@2`.
  bool keeps = false;
};

constexpr std::array<Launcher, 54> kLaunchers = {{
    {"sudo",
     "-u -g -h -p -C -r -t -D -T -U -R --user --group --host --prompt --chdir --role --type"},
    {"doas", "-u -C"},
    {"env", "-u -C --unset --chdir"},
    {"time", "-f -o --format --output"},
    {"timeout", "-s -k --signal --kill-after", 1},
    {"gtimeout", "-s -k --signal --kill-after", 1},
    {"nice", "-n --adjustment"},
    {"ionice", "-c -n --class --classdata"},
    {"nohup", ""},
    {"setsid", ""},
    {"stdbuf", "-i -o -e --input --output --error"},
    {"unbuffer", ""},
    {"chronic", ""},
    {"catchsegv", ""},
    {"xvfb-run", "-n -s -e -f -w --server-args"},
    {"command", ""},
    {"builtin", ""},
    {"exec", "-a"},
    {"coproc", ""},
    {"xargs",
     "-I -n -P -L -d -s -a -E --max-args --max-procs --delimiter --arg-file --max-lines "
     "--max-chars"},
    {"parallel", "-j -N -n -S -a --jobs --retries --delay --timeout --joblog --arg-file"},
    {"flock", "-w -E --wait --timeout --conflict-exit-code", 1},
    {"watch", "-n --interval"},
    {"chroot", "--userspec --groups", 1},
    {"strace", "-e -o -p -s -u -E"},
    {"gosu", "", 1},
    {"su-exec", "", 1},
    {"runuser", "-u --user -g --group"},
    {"sshpass", "-p -f -d"},
    {"aws-vault exec", "-d --duration --region --mfa-token", 1},
    {"saml2aws exec", "-p --profile -a --idp-account"},
    {"chamber exec", "", 1},
    {"doppler run", "-p --project -c --config -t --token"},
    {"op run", "--env-file --account"},
    {"infisical run", "--env --path --projectId --token"},
    {"direnv exec", "", 1},
    {"mise exec", "-C --cd -j --jobs"},
    {"asdf exec", ""},
    {"poetry run", "-C --directory"},
    {"pipenv run", ""},
    {"uv run", "--with --python -p --project --directory"},
    {"bundle exec", ""},
    {"npx", "-p --package"},
    {"bunx", ""},
    {"npm exec", "-p --package -w --workspace"},
    {"pnpm exec", "-C --dir"},
    {"pnpm dlx", "--package"},
    {"yarn dlx", "-p --package"},
    {"yarn exec", ""},
    {"docker exec", "-e -u -w --env --user --workdir --env-file", 1, true},
    {"docker compose run", "-e -u -w -v -p --env --user --workdir --volume --name --entrypoint", 1,
     true},
    {"docker compose exec", "-e -u -w --env --user --workdir --index", 1, true},
    {"docker-compose run", "-e -u -w -v -p --env --user --workdir --volume --name --entrypoint", 1,
     true},
    {"docker-compose exec", "-e -u -w --env --user --workdir --index", 1, true},
}};

constexpr std::string_view kDockerRunOptions =
    "-e -v -w -u -p -h -l -m -c -a --env --env-file --volume --workdir --user --publish --name "
    "--network --net --entrypoint --mount --hostname --platform --label --memory --cpus --add-host "
    "--restart --log-driver --log-opt --dns --device --cap-add --cap-drop --security-opt --tmpfs "
    "--pull --gpus --ulimit --volumes-from --cidfile --link --expose --ip --pid --ipc --shm-size";

bool lists(std::string_view words, std::string_view wanted) {
  for (std::size_t at = words.find(wanted); at != std::string_view::npos;
       at = words.find(wanted, at + 1)) {
    const std::size_t end = at + wanted.size();
    if ((at == 0 || words[at - 1] == ' ') && (end == words.size() || words[end] == ' ')) {
      return true;
    }
  }
  return false;
}

bool is_assignment_word(std::string_view word) {
  const std::size_t equals = word.find('=');
  return equals != std::string_view::npos && equals > 0 && !word.starts_with('-') &&
         word.substr(0, equals).find_first_of("/.:$\"' ") == std::string_view::npos;
}

/// The first word behind the options that start at `at`; options behind `--` are none.
std::size_t behind_options(const Words& words, std::size_t at, std::string_view value_options) {
  while (at < words.size() && words[at].starts_with('-') && words[at].size() > 1) {
    if (words[at] == "--") {
      return at + 1;
    }
    at += lists(value_options, words[at]) ? 2U : 1U;
  }
  return std::min(at, words.size());
}

Words tail(const Words& words, std::size_t from) {
  return {words.begin() + static_cast<std::ptrdiff_t>(std::min(from, words.size())), words.end()};
}

Handed text_of(std::string text, bool remote = false) {
  return {Handed::Kind::Text, {}, std::move(text), remote, false};
}

Handed command_of(Words words, bool keeps = false) {
  return {words.empty() ? Handed::Kind::Nothing : Handed::Kind::Command,
          std::move(words),
          {},
          false,
          keeps};
}

bool is_shell(std::string_view program) {
  static constexpr std::array<std::string_view, 6> kShells = {"sh",  "bash", "dash",
                                                              "ksh", "zsh",  "ash"};
  return text::one_of(program, kShells);
}

bool is_interpreter(std::string_view program) {
  static constexpr std::array<std::string_view, 6> kPrograms = {"node", "ruby", "perl",
                                                                "tsx",  "deno", "bun"};
  return program.starts_with("python") || text::one_of(program, kPrograms);
}

/// `bash -euo pipefail -c TEXT`, `bash FILE`, `bash -s`.
Handed shell_text(const Words& words) {
  std::size_t at = 1;
  for (; at < words.size() && (words[at].starts_with('-') || words[at].starts_with('+')); ++at) {
    const std::string& word = words[at];
    const bool single = !word.starts_with("--");
    if (single && word.find('c') != std::string::npos) {
      const std::size_t text = word.ends_with('o') ? at + 2 : at + 1;
      return text < words.size() ? text_of(words[text]) : Handed{};
    }
    if (word == "-s" || word == "-") {
      return {Handed::Kind::Input, {}, {}, false, false};
    }
    at += (single && word.ends_with('o')) || word == "--rcfile" || word == "--init-file" ? 1U : 0U;
  }
  if (at >= words.size()) {
    return {Handed::Kind::Input, {}, {}, false, false};
  }
  return {Handed::Kind::File, tail(words, at), std::string(program_name(words[0])), false, false};
}

/// `ssh [options] host [command …]`
Handed ssh_text(const Words& words) {
  constexpr std::string_view kOptions =
      "-b -c -D -E -e -F -I -i -J -L -l -m -O -o -p -Q -R -S -W -w -B";
  std::size_t at = behind_options(words, 1, kOptions);
  at = behind_options(words, at + 1, kOptions);
  if (at >= words.size()) {
    return {Handed::Kind::Input, {}, {}, true, true};
  }
  Handed handed = text_of(text::joined(tail(words, at)), true);
  handed.keeps = true;
  return handed;
}

/// `find … -exec CMD ;`
Handed found_command(const Words& words) {
  static constexpr std::array<std::string_view, 4> kSigns = {"-exec", "-execdir", "-ok", "-okdir"};
  for (std::size_t i = 1; i + 1 < words.size(); ++i) {
    if (text::one_of(words[i], kSigns)) {
      Words inner = tail(words, i + 1);
      const auto stop = std::find_if(inner.begin(), inner.end(), [](const std::string& word) {
        return word == ";" || word == "+";
      });
      inner.erase(stop, inner.end());
      return command_of(std::move(inner));
    }
  }
  return {};
}

/// `docker run [options] IMAGE [CMD]`: the image's own program runs when CMD is only its words.
Handed contained_command(const Words& words) {
  const std::size_t at = behind_options(words, 2, kDockerRunOptions);
  if (at >= words.size()) {
    return {};
  }
  std::string image = words[at].substr(0, words[at].find('@'));
  image = image.substr(image.rfind('/') + 1);
  image = image.substr(0, image.find(':'));
  Words inner = tail(words, at + 1);
  static constexpr std::array<std::string_view, 4> kSubcommands = {"run", "exec", "sh", "bash"};
  const bool own = !inner.empty() && !text::one_of(inner[0], kSubcommands) && !image.empty() &&
                   (image == "terraform" || image == "aws-cli" || image == "opentofu" ||
                    image == "terragrunt" || image == "kubectl" || image == "helm");
  if (own && inner[0] != image) {
    inner.insert(inner.begin(), image == "aws-cli" ? "aws" : image == "opentofu" ? "tofu" : image);
  }
  return command_of(std::move(inner), true);
}

/// The word behind one of these options.
const std::string* value_of(const Words& words, std::string_view options) {
  for (std::size_t i = 1; i + 1 < words.size(); ++i) {
    if (lists(options, words[i])) {
      return &words[i + 1];
    }
  }
  return nullptr;
}

bool begins_with(const Words& words, std::string_view name) {
  std::size_t word = 0;
  for (std::size_t at = 0; at <= name.size(); ++word) {
    const std::size_t end = std::min(name.find(' ', at), name.size());
    const std::string_view wanted = name.substr(at, end - at);
    const bool same = word < words.size() &&
                      (word == 0 ? program_name(words[0]) == wanted : words[word] == wanted);
    if (!same) {
      return false;
    }
    at = end + 1;
  }
  return true;
}

/// Options with which a launcher takes a script as one word.
const std::string* launched_text(const Words& words, std::string_view program) {
  if (program == "su" || program == "runuser" || program == "flock" || program == "script") {
    return value_of(words, "-c --command");
  }
  if (program == "env") {
    return value_of(words, "-S --split-string");
  }
  return program == "nix-shell" ? value_of(words, "--run --command") : nullptr;
}

Handed launched(const Words& words, const Launcher& launcher) {
  const auto names =
      static_cast<std::size_t>(std::count(launcher.name.begin(), launcher.name.end(), ' ') + 1);
  std::size_t at = behind_options(words, names, launcher.value_options);
  const auto skip_assignments = [&] {
    while (at < words.size() && is_assignment_word(words[at])) {
      ++at;
    }
  };
  skip_assignments();
  // `aws-vault exec profile -- cmd`
  at = behind_options(words, at + launcher.operands, launcher.value_options);
  skip_assignments();
  Words inner = tail(words, at);
  const auto data = std::find(inner.begin(), inner.end(), ":::");
  inner.erase(data, inner.end());
  // `parallel 'aws … {}'`, `watch 'aws …'`
  if (inner.size() == 1 && inner[0].find(' ') != std::string::npos) {
    return text_of(inner[0]);
  }
  return command_of(std::move(inner), launcher.keeps);
}

/// Builtins that take a script, or say that there is nothing to run.
Handed builtin_of(const Words& words, const std::string& program) {
  static constexpr std::array<std::string_view, 12> kSilent = {
      "echo", "printf", "true", ":", "fi", "done", "esac", "}", "case", "for", "select", "[["};
  const bool looks_up =
      program == "command" && words.size() > 1 && (words[1] == "-v" || words[1] == "-V");
  if (text::one_of(program, kSilent) || looks_up) {
    return {Handed::Kind::Silent, {}, {}, false, false};
  }
  if (program == "eval") {
    return text_of(text::joined(tail(words, words.size() > 1 && words[1] == "--" ? 2 : 1)));
  }
  if (program == "trap" && words.size() > 2) {
    return text_of(words[1]);
  }
  if ((program == "source" || program == ".") && words.size() > 1) {
    return {Handed::Kind::File, tail(words, 1), "source", false, false};
  }
  return {};
}

/// `./x.sh`, `ci/deploy`, `python x.py`.
Handed file_of(const Words& words, const std::string& program) {
  const std::string& first = words[0];
  if (is_interpreter(program)) {
    const std::size_t at = behind_options(words, 1, "-W -X -r --require --import");
    if (const std::string* text = value_of(words, "-c -e --eval")) {
      return {Handed::Kind::File, {"-", *text}, program, false, true};
    }
    const bool other = value_of(words, "-m -p") != nullptr;
    const Words file = at < words.size() ? tail(words, at) : Words{"-"};
    return other ? Handed{}
                 : Handed{Handed::Kind::File, file[0] == "-" ? Words{"-"} : file, program, false,
                          true};
  }
  const std::size_t slash = first.find('/');
  const bool inside = slash != std::string::npos && slash > 0 && first[0] != '~' &&
                      first.find("/bin/") == std::string::npos;
  const bool script = first.ends_with(".sh") || first.ends_with(".bash") || first.ends_with(".py");
  return inside || script ? Handed{Handed::Kind::File, words, "", false, true} : Handed{};
}

}  // namespace

std::string_view program_name(std::string_view word) {
  const std::string_view name = word.substr(word.rfind('/') + 1);
  const std::size_t at = name.find('@');
  return at != std::string_view::npos && at > 0 && name.find('$') == std::string_view::npos
             ? name.substr(0, at)
             : name;
}

Handed handed_on(const Words& words) {
  const std::string program(program_name(words[0]));
  if (const Handed handed = builtin_of(words, program); handed.kind != Handed::Kind::Nothing) {
    return handed;
  }
  if (is_shell(program)) {
    return shell_text(words);
  }
  if (program == "ssh" || program == "autossh") {
    return ssh_text(words);
  }
  if (program == "find") {
    return found_command(words);
  }
  if (begins_with(words, "docker run") || begins_with(words, "podman run")) {
    return contained_command(words);
  }
  if (const std::string* text = launched_text(words, program)) {
    return text_of(*text);
  }
  for (const Launcher& launcher : kLaunchers) {
    if (begins_with(words, launcher.name)) {
      return launched(words, launcher);
    }
  }
  return file_of(words, program);
}

bool is_assignment(std::string_view word) {
  const std::size_t equals = word.find('=');
  std::string_view name = word.substr(0, equals);
  name.remove_suffix(name.ends_with('+') ? 1 : 0);
  return equals != std::string_view::npos && !name.empty() && !(name[0] >= '0' && name[0] <= '9') &&
         name.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_[]") ==
             std::string_view::npos;
}

}  // namespace muster::workflow
