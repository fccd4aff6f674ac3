// Laws of `muster init` on repositories with names of somebody's evil choice.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <set>

#include "app/init_infer.h"
#include "app/init_render.h"
#include "app/yaml_text.h"
#include "checks/intent/read.h"
#include "checks/text/utf8.h"
#include "report/sanitise.h"

using namespace muster;
using namespace muster::app;

namespace {

/// Pieces that break YAML, comments, terminals or runners when they slip through.
rc::Gen<std::string> evil_text() {
  static const std::vector<std::string> kPieces = {"a",
                                                   "prod",
                                                   "2024",
                                                   "no",
                                                   " ",
                                                   "#",
                                                   ": ",
                                                   "\n",
                                                   "\r\n",
                                                   "\t",
                                                   "\"",
                                                   "'",
                                                   "\\",
                                                   "- ",
                                                   "[",
                                                   "]",
                                                   "{",
                                                   "}",
                                                   ",",
                                                   "&x",
                                                   "*",
                                                   "!",
                                                   "%",
                                                   "@",
                                                   "`",
                                                   "|",
                                                   ">",
                                                   "?",
                                                   "~",
                                                   "<<",
                                                   "---",
                                                   "...",
                                                   "::error::x",
                                                   "${{ vars.X }}",
                                                   "\x1b[2J",
                                                   "\x7f",
                                                   "\u202e",
                                                   "\u2028",
                                                   "\u0085",
                                                   "\ufeff",
                                                   "ü",
                                                   "🚀",
                                                   std::string(1, '\0'),
                                                   "arn:aws:iam::111122223333:role/x"};
  return rc::gen::map(
      rc::gen::resize(6, rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(kPieces))),
      [](const std::vector<std::string>& pieces) {
        std::string text;
        for (const std::string& piece : pieces) {
          text += piece;
        }
        return text;
      });
}

std::string job(std::size_t index, const std::string& environment, const std::string& role) {
  return "  j" + std::to_string(index) +
         ":\n    runs-on: x\n    environment: " + yaml_scalar(environment) +
         "\n    steps:\n      - uses: aws-actions/configure-aws-credentials@v4\n        with:\n"
         "          role-to-assume: " +
         yaml_scalar(role) + "\n          aws-region: x\n";
}

Facts repository() {
  Facts facts;
  const auto names = *rc::gen::resize(4, rc::gen::container<std::vector<std::string>>(evil_text()));
  std::string jobs;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string plain = "arn:aws:iam::111122223333:role/r" + std::to_string(i % 2);
    jobs += job(i, names[i], *rc::gen::oneOf(evil_text(), rc::gen::just(plain)));
  }
  const std::string branch = *evil_text();
  facts.documents.push_back(
      {DocumentKind::GithubWorkflow, SourceId(".github/workflows/" + *evil_text() + ".yml"),
       "name: " + yaml_scalar(*evil_text()) + "\non:\n  push:\n    branches: " +
           yaml_list({"main", branch}) + "\n  pull_request:\njobs:\n" + jobs});
  facts.documents.push_back(
      {DocumentKind::IamPolicy, SourceId("iam/" + *evil_text() + "-trust.json"),
       R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"token.actions.githubusercontent.com:sub":"repo:acme/shop:environment:prod"}}}]})"});
  facts.not_covered.push_back({*evil_text(), *evil_text(), true});
  return facts;
}

GitCheckout checkout() {
  GitCheckout git;
  const auto remote = parse_remote("https://github.com/" + *evil_text());
  if (*rc::gen::arbitrary<bool>()) {
    git.origin = Remote{"github.com", "acme/shop"};
  } else if (remote) {
    git.origin = remote.value();
  } else {
    git.origin_problem = remote.error().message;
  }
  return git;
}

}  // namespace

TEST_CASE(
    "whatever the names are, the written file is read back with exactly the inferred values") {
  CHECK(rc::check("init round trip", [] {
    const Draft draft = infer_intent(repository(), checkout());
    const std::string yaml = render_intent(draft);
    const auto read = read_intent(yaml, SourceId("muster.yaml"));
    RC_ASSERT(read.ok());
    RC_CLASSIFY(!draft.roles.empty(), "with roles");
    RC_CLASSIFY(!draft.environments.empty(), "with environments");
    const Intent& intent = read.value();
    RC_ASSERT(intent.repository == draft.repository.value);
    RC_ASSERT(intent.default_branch == draft.default_branch.value);
    RC_ASSERT(intent.variables.empty());
    RC_ASSERT(intent.fail_on == Severity::Medium);
    RC_ASSERT(intent.environments.size() == draft.environments.size());
    for (std::size_t i = 0; i < intent.environments.size(); ++i) {
      RC_ASSERT(intent.environments[i].name == draft.environments[i].name);
      RC_ASSERT(intent.environments[i].branches.empty());
    }
    std::size_t known = 0;
    for (const DraftRole& role : draft.roles) {
      if (!role.is_known()) {
        continue;
      }
      RC_ASSERT(intent.roles.at(known).name == role.name);
      RC_ASSERT(intent.roles.at(known).arn == role.arn);
      RC_ASSERT(intent.roles.at(known).trust_file == role.trust.value);
      for (const IntentSubject& subject : intent.roles.at(known).subjects) {
        RC_ASSERT(!subject.pull_request);
        RC_ASSERT(!subject.branches.empty() || !subject.tags.empty());
      }
      ++known;
    }
    RC_ASSERT(known == intent.roles.size());
  }));
}

TEST_CASE("whatever the names are, every line of the written file can be seen") {
  CHECK(rc::check("init writes no control characters", [] {
    const std::string yaml = render_intent(infer_intent(repository(), checkout()));
    RC_ASSERT(report::sanitise(yaml, report::Lines::Many, yaml.size() + 1) == yaml);
    RC_ASSERT(yaml.find('\t') == std::string::npos);
  }));
}

TEST_CASE("the same repository gives the same file") {
  CHECK(rc::check("init is deterministic", [] {
    const Facts facts = repository();
    const GitCheckout git = checkout();
    RC_ASSERT(render_intent(infer_intent(facts, git)) == render_intent(infer_intent(facts, git)));
  }));
}
