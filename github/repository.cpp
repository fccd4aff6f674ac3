// Source: GitHub Docs, REST API, "Repositories", "Collaborators", "Releases", "Git references".
#include <algorithm>

#include "github/collectors.h"
#include "net/url.h"

namespace muster::github {

using net::Value;

namespace {

/// A name as one part of an address or of a path of files: never one that leads elsewhere.
std::string encoded_part(const std::string& name) {
  return name == "." ? "%2E" : name == ".." ? "%2E%2E" : net::percent_encoded(name);
}

/// `{name}` of a pattern replaced by its encoded value.
std::string filled(std::string pattern, const Repository::Question& question) {
  for (const auto& [name, value] : question.values) {
    const std::string hole = "{" + name + "}";
    if (const std::size_t at = pattern.find(hole); at != std::string::npos) {
      pattern.replace(at, hole.size(), encoded_part(value));
    }
  }
  return pattern;
}

/// Whether this token, or this kind of server, may not see it: nothing that the next run changes.
bool is_out_of_sight(const Problem& problem) {
  return problem.kind == ProblemKind::Forbidden || problem.kind == ProblemKind::NotFound;
}

Value absent_answer(const Problem& problem) {
  return net::object_value({{"message", net::text_value(problem.message)},
                            {"status", net::text_value(std::to_string(problem.status))}});
}

std::string encoded_name(const std::string& repository) {
  return net::percent_encoded(repository, true);
}

}  // namespace

Result<std::optional<Value>> Repository::ask(const Question& question) {
  const std::string path = "/repos/" + encoded_name(name_) + filled(question.endpoint, question);
  Answer answer = question.list.empty()   ? client_->get(path)
                  : question.list == "[]" ? client_->list(path)
                                          : client_->list(path, question.list);
  const bool absent = !answer.ok() && answer.problem().kind == ProblemKind::NotFound &&
                      !question.absent.empty() && answer.problem().message == question.absent;
  if (answer.ok() || absent) {
    const About about{name_, "GET /repos/{owner}/{repo}" + question.endpoint, question.values};
    const Value value = absent ? absent_answer(answer.problem()) : std::move(answer.value());
    MUSTER_CHECK_OK(facts_->put(name_ + "/" + filled(question.file, question), about, value));
    return absent ? std::nullopt : std::optional(value);
  }
  const Problem& problem = answer.problem();
  if (problem.kind == ProblemKind::Credentials) {
    return Error{ErrorCode::Unreadable, "the token is refused: " + to_string(problem), {}};
  }
  facts_->not_read({question.what + " of " + name_,
                    is_out_of_sight(problem) ? question.permission : std::string(), problem,
                    question.needed || !is_out_of_sight(problem)});
  return std::optional<Value>();
}

Result<bool> collect_identity(Repository& repository) {
  MUSTER_TRY(const auto answer, repository.ask({.file = "repository.json",
                                                .what = "the repository",
                                                .endpoint = "",
                                                .permission = "Metadata: read",
                                                .needed = true}));
  return answer.has_value();
}

Status collect_people(Repository& repository) {
  MUSTER_CHECK_OK(repository.ask({.file = "collaborators.json",
                                  .what = "collaborators",
                                  .endpoint = "/collaborators",
                                  .permission = "Metadata: read, and write access",
                                  .list = "[]"}));
  MUSTER_CHECK_OK(repository.ask({.file = "teams.json",
                                  .what = "teams",
                                  .endpoint = "/teams",
                                  .permission = "Administration: read",
                                  .list = "[]"}));
  return Done{};
}

Status collect_releases(Repository& repository) {
  MUSTER_CHECK_OK(repository.ask({.file = "releases.json",
                                  .what = "releases",
                                  .endpoint = "/releases",
                                  .permission = "Contents: read",
                                  .list = "[]"}));
  MUSTER_CHECK_OK(repository.ask({.file = "tags.json",
                                  .what = "tags",
                                  .endpoint = "/git/matching-refs/tags/",
                                  .permission = "Contents: read",
                                  .list = "[]"}));
  return Done{};
}

Answer repositories_of(const std::string& organisation, Client& client) {
  Answer answer = client.list("/orgs/" + net::percent_encoded(organisation) + "/repos");
  if (!answer.ok()) {
    return answer;
  }
  std::vector<std::string> names;
  for (const Value& one : answer.value().items) {
    if (one.text_of("archived") != "true") {
      names.push_back(one.text_of("full_name"));
    }
  }
  std::ranges::sort(names);
  Value list = net::list_value({});
  for (const std::string& name : names) {
    list.items.push_back(net::text_value(name));
  }
  return list;
}

}  // namespace muster::github
