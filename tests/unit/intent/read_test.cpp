// muster.yaml: what it means, and that every mistake has its place and a way out.
#include "checks/intent/read.h"

#include <doctest/doctest.h>

#include "checks/intent/schema.h"

namespace muster {
namespace {

Result<Intent> read(std::string text) {
  return read_intent(std::move(text), SourceId("muster.yaml"));
}

std::string error_of(std::string text) {
  const auto intent = read(std::move(text));
  return intent ? "accepted" : to_string(intent.error());
}

TEST_CASE("a full file becomes an intent") {
  const auto intent = read(
      "version: 1\nrepository: acme/shop\nrepository_id: 880000123\nowner_id: "
      "'4400001'\ndefault_branch: trunk\n"
      "subject_format: immutable\nsubject_claim_keys: [repo, context]\nexclude: "
      "['tests/**']\nvariables:\n  REGION: eu-central-1\n"
      "host_scripts:\n  /opt/shop/deploy.sh: host/deploy.sh\n"
      "environments:\n  prod:\n    class: production\n    branches: [main]\n    reviewers: true\n  "
      "  variables: {ROLE: 'arn:x'}\n  plain:\n"
      "roles:\n  deploy:\n    arn: arn:aws:iam::111122223333:role/shop/deploy\n    privilege: "
      "admin\n    trust: iam/trust.json\n"
      "    permissions: [iam/p.json]\n    environments: [prod]\n    subjects:\n      - "
      "environment: prod\n        branches: [main]\n"
      "      - repository: acme/other\n        pull_request: true\n    trusted_accounts: "
      "['444455556666']\ngate:\n  fail_on: high\n");
  REQUIRE_MESSAGE(intent.ok(), (intent.ok() ? "" : to_string(intent.error())));
  const Intent& read = intent.value();
  CHECK(read.declared);
  CHECK(read.repository == "acme/shop");
  CHECK(read.repository_id == "880000123");
  CHECK(read.default_branch == "trunk");
  CHECK(read.subject_format == SubjectFormat::Immutable);
  CHECK(read.subject_claim_keys.size() == 2);
  REQUIRE(read.host_scripts.size() == 1);
  CHECK(read.host_scripts[0].name == "/opt/shop/deploy.sh");
  CHECK(read.host_scripts[0].value == "host/deploy.sh");
  REQUIRE(read.environments.size() == 2);
  CHECK(read.environments[0].kind == EnvironmentClass::Production);
  CHECK(read.environments[0].reviewers == true);
  CHECK_FALSE(read.environments[1].reviewers.has_value());
  REQUIRE(read.roles.size() == 1);
  CHECK(read.roles[0].privilege == Privilege::Admin);
  REQUIRE(read.roles[0].subjects.size() == 2);
  CHECK(read.roles[0].subjects[0].environment == "prod");
  CHECK(read.roles[0].subjects[1].pull_request);
  CHECK(read.roles[0].where.span.line == 21);
  CHECK(read.fail_on == Severity::High);
}

TEST_CASE("mistakes are named with their place") {
  struct Row {
    const char* name;
    std::string text;
    std::string message;
  };

  for (const Row& row :
       {Row{"empty", "", "muster.yaml:1:1: the file is empty, expected a YAML document"},
        Row{"no mapping", "- a\n",
            "muster.yaml:1:1: muster.yaml must be a mapping that begins with `version: 1`, found a "
            "list"},
        Row{"no version", "repository: acme/shop\n",
            "muster.yaml:1:1: the key `version` is missing; write `version: 1`"},
        Row{"other version", "version: 2\n",
            "muster.yaml:1:10: `version` is `2`, expected one of `1`"},
        Row{"misspelt key", "version: 1\nrepositry: a/b\n",
            "muster.yaml:2:1: unknown key `repositry` in muster.yaml; did you mean `repository`?"},
        Row{"misspelt inner key", "version: 1\nroles:\n  d:\n    arm: x\n",
            "muster.yaml:4:5: unknown key `arm` in `roles.d`; did you mean `arn`?"},
        Row{"far from any key", "version: 1\ngate:\n  zzzzzz: 1\n",
            "muster.yaml:3:3: unknown key `zzzzzz` in `gate`; known are `fail_on`"},
        Row{"wrong type", "version: 1\nexclude: tests\n",
            "muster.yaml:2:10: `exclude` must be a list, found text"},
        Row{"script at no fixed path on its host",
            "version: 1\nhost_scripts:\n  deploy.sh: host/deploy.sh\n",
            "muster.yaml:3:3: `deploy.sh` under `host_scripts` is no plain path on a host; "
            "expected "
            "one like `/opt/shop`"},
        Row{"number where text is needed", "version: 1\nenvironments:\n  p:\n    branches: [1.0]\n",
            "muster.yaml:4:16: `environments.p.branches.0` must be text (put it in quotes), found "
            "a number"},
        Row{"bad ARN", "version: 1\nroles:\n  d:\n    arn: arn:aws:iam::1:role/x\n",
            "muster.yaml:4:10: `arn:aws:iam::1:role/x` is no role ARN; expected "
            "`arn:aws:iam::111122223333:role/name`"},
        Row{"ref with prefix", "version: 1\ndefault_branch: refs/heads/main\n",
            "muster.yaml:2:17: `refs/heads/main` must be written without `refs/heads/` or "
            "`refs/tags/`"},
        Row{"path out of the repository", "version: 1\nroles:\n  d:\n    trust: ../x.json\n",
            "muster.yaml:4:12: `../x.json` leaves the repository"},
        Row{"misspelt escalation",
            "version: 1\nroles:\n  d:\n    accepts:\n      - escalation: ssm-send-comand\n",
            "muster.yaml:5:21: `ssm-send-comand` is no escalation; did you mean "
            "`ssm-send-command`?"},
        Row{"far from any escalation",
            "version: 1\nroles:\n  d:\n    accepts:\n      - via: [everything]\n",
            "muster.yaml:5:15: `everything` is no escalation; `muster escalations` prints their "
            "names"},
        Row{"no such day", "version: 1\nroles:\n  d:\n    accepts:\n      - until: 2026-02-30\n",
            "muster.yaml:5:16: `2026-02-30` is no day; expected `2026-12-31`"},
        Row{"no such target", "version: 1\nroles:\n  d:\n    accepts:\n      - target: host\n",
            "muster.yaml:5:17: `host` is no role or user; expected its ARN, or `itself`"},
        Row{"an accept without a reason",
            "version: 1\nroles:\n  d:\n    accepts:\n      - escalation: ssm-send-command\n"
            "        target: itself\n        until: 2026-12-31\n",
            "muster.yaml:5:9: `roles.d.accepts.0` lacks the key `reason`"},
        Row{"an empty reason", "version: 1\nroles:\n  d:\n    accepts:\n      - reason: ' '\n",
            "muster.yaml:5:17: ` ` is empty"},
        Row{"twice", "version: 1\nversion: 1\n",
            "muster.yaml:2:1: the key `version` stands twice in this mapping"}}) {
    CAPTURE(row.name);
    CHECK(error_of(row.text) == row.message);
  }
}

TEST_CASE("hosts are read with what is declared of each thing on them") {
  const auto intent = read(
      "version: 1\nenvironments: {prod: }\nhosts:\n  shop:\n    environment: prod\n"
      "    names: [web-1, web-2]\n    max_age_days: 3\n    paths:\n"
      "      /opt/shop: {legacy: [/srv/shop], owner: '1000:shop'}\n    env_files:\n"
      "      /opt/shop/.env: {owner: shop, readers: [docker, systemd], required: [DB_PASSWORD],\n"
      "                       public: {DOMAIN: shop.example.com}}\n    units:\n"
      "      /etc/systemd/system/shop.service: {at_boot: true}\n    states:\n"
      "      /opt/shop/state.json: {max_age_days: '30', previous: before}\n    links:\n"
      "      /etc/nginx/upstream.conf: {targets: [/etc/nginx/blue.conf]}\n  plain:\n"
      "    environment: prod\n    names: [web-3]\n");
  REQUIRE_MESSAGE(intent.ok(), (intent.ok() ? "" : to_string(intent.error())));
  REQUIRE(intent.value().hosts.size() == 2);
  const IntentHosts& hosts = intent.value().hosts.front();
  CHECK(hosts.name == "shop");
  CHECK(hosts.environment == "prod");
  CHECK(hosts.names == std::vector<std::string>{"web-1", "web-2"});
  CHECK(hosts.max_age_days == 3);
  CHECK(hosts.where.span.line == 4);
  CHECK(hosts.paths.front().path == "/opt/shop");
  CHECK(hosts.paths.front().legacy == std::vector<std::string>{"/srv/shop"});
  CHECK(hosts.paths.front().owner == "1000:shop");
  const IntentEnvFile& file = hosts.env_files.front();
  CHECK(file.owner == "shop");
  CHECK(file.readers == std::vector<EnvReader>{EnvReader::Docker, EnvReader::Systemd});
  CHECK(file.required == std::vector<std::string>{"DB_PASSWORD"});
  CHECK(file.public_values.front().value == "shop.example.com");
  CHECK(hosts.units.front().at_boot);
  CHECK(hosts.states.front().max_age_days == 30);
  CHECK(hosts.states.front().current == "current");
  CHECK(hosts.states.front().previous == "before");
  CHECK(hosts.links.front().targets == std::vector<std::string>{"/etc/nginx/blue.conf"});
  CHECK(intent.value().hosts.back().max_age_days == 7);
}

TEST_CASE("mistakes about hosts are named with their place") {
  const auto of_prod = [](const std::string& keys) {
    return error_of("version: 1\nenvironments: {prod: }\nhosts:\n  shop:\n    environment: prod\n" +
                    keys);
  };
  const auto with = [&](const std::string& keys) { return of_prod("    names: [a]\n" + keys); };
  CHECK(of_prod("") == "muster.yaml:5:5: `hosts.shop` lacks the key `names`");
  CHECK(of_prod("    names: []\n") == "muster.yaml:4:3: `hosts.shop` names no host");
  CHECK(error_of("version: 1\nhosts:\n  shop: {environment: prdo, names: [web-1]}\n") ==
        "muster.yaml:3:3: `hosts.shop` is of the environment `prdo`, which `environments` does not "
        "have");
  CHECK(with("    paths: {opt/shop: }\n") ==
        "muster.yaml:7:13: `opt/shop` under `hosts.shop.paths` is no plain path on a host; "
        "expected one like `/opt/shop`");
  for (const char* path : {"/", "/opt/", "/opt//shop", "/opt/./shop", "/opt/../shop", "/.."}) {
    CAPTURE(path);
    CHECK(with(std::string("    links:\n      /a: {targets: [") + path + "]}\n")
              .find("is no plain path on a host") != std::string::npos);
  }
  CHECK(with("    max_age_days: 0\n") ==
        "muster.yaml:7:19: `0` is no number of days; expected 1 to 36500");
  CHECK(with("    max_age_days: 99999999999999999999\n") ==
        "muster.yaml:7:19: `99999999999999999999` is no number of days; expected 1 to 36500");
  CHECK(with("    paths: {/opt/shop: {owner: shop}}\n") ==
        "muster.yaml:7:32: `shop` is no owner; expected `user:group`");
  CHECK(with("    env_files: {/a: {readers: [bash]}}\n") ==
        "muster.yaml:7:32: `hosts.shop.env_files./a.readers.0` is `bash`, expected one of "
        "`systemd`, `docker`, `compose`, `shell`");
  CHECK(with("    env_files: {/a: {public: {A-B: x}}}\n") ==
        "muster.yaml:7:31: `A-B` under `hosts.shop.env_files./a.public` is no name of a variable");
  CHECK(
      with("    env_files: {/a: {public: {KEY: AKIAABCDEFGHIJKLMNOP}}}\n") ==
      "muster.yaml:7:36: `hosts.shop.env_files./a.public.KEY` looks like a secret; muster.yaml is "
      "no place for one");
}

TEST_CASE("an accepted path is read with its steps, its end and its date") {
  const auto intent = read(
      "version: 1\nroles:\n  d:\n    accepts:\n      - escalation: ssm-send-command\n"
      "        via: [sts-assume-role]\n        target: arn:aws:iam::111122223333:role/host\n"
      "        reason: until the hosts are gone\n        until: 2026-12-31\n");
  REQUIRE_MESSAGE(intent.ok(), (intent.ok() ? "" : to_string(intent.error())));
  const IntentAccept& accept = intent.value().roles.front().accepts.front();
  CHECK(accept.escalation == "ssm-send-command");
  CHECK(accept.via == std::vector<std::string>{"sts-assume-role"});
  CHECK(accept.target == "arn:aws:iam::111122223333:role/host");
  CHECK(accept.reason == "until the hosts are gone");
  CHECK(accept.until == std::chrono::sys_days(std::chrono::year(2026) / 12 / 31));
  CHECK(accept.where.span.line == 5);
}

TEST_CASE("a subject without a repository anywhere is refused") {
  CHECK(error_of("version: 1\nroles:\n  deploy:\n    subjects:\n      - branches: [main]\n") ==
        "muster.yaml:5:9: this subject of role `deploy` names no `repository`, and muster.yaml has "
        "none either; add `repository: owner/name` at the top");
  CHECK(read("version: 1\nroles:\n  deploy:\n    subjects:\n      - {repository: acme/shop, "
             "branches: [main]}\n")
            .ok());
}

TEST_CASE("a secret is refused and not repeated in the message") {
  const std::string message = error_of("version: 1\nvariables:\n  KEY: AKIAIOSFODNN7EXAMPLE\n");
  CHECK(message ==
        "muster.yaml:3:8: `variables.KEY` looks like a secret; muster.yaml is no place for one");
}

TEST_CASE("every mistake is a usage error") {
  CHECK(read("").error().code == ErrorCode::Usage);
  CHECK(read("version: 2").error().code == ErrorCode::Usage);
}

}  // namespace
}  // namespace muster
