// What is taken for facts of a host, and what is not: a text that was cut or changed anywhere is
// none.
#include "checks/host/facts.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "checks/core/digest.h"

namespace muster::host {
namespace {

Document document(std::string bytes) {
  return {DocumentKind::HostFacts, SourceId("facts/web-1.facts"), std::move(bytes)};
}

std::string sealed(const std::string& body) {
  return body + "end\t" + std::to_string(std::ranges::count(body, '\n')) + "\t" +
         hex(sha256(body)) + "\n";
}

const std::string kHead = "v1\tweb-1\t1780268400\tboot\t86400.25\tproduction\t0\n";
const std::string kBody =
    kHead +
    "path\t/opt/shop\tdir\t41ed\t1000\t1000\tshop\tshop\t4096\t1780182000\t1780182000\t3\n"
    "path\t/srv/shop\tlink\ta1ff\t0\t0\troot\troot\t9\t1780182000\t1780182000\t1\n"
    "link\t/srv/shop\t/opt/shop\t/opt/shop\tok\n"
    "path\t/root/shop\tdeny\n"
    "par\t/opt\t41ed\t0\n"
    "par\t/root\tdeny\n"
    "sha\t/opt/shop/run.sh\te3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
    "envfile\t/opt/shop/.env\t2\tbom,not-ascii\n"
    "env\t/opt/shop/.env\t1\tPORT\tint\t1-7\tnone\ttrailing-space,cr\t=80%09\t\n"
    "env\t/opt/shop/.env\t3\t?\tnone\t0\tnone\tinside-quote\t\t\n"
    "unit\t/etc/systemd/system/shop.service\t[Service]\tUser\tshop\n"
    "unitrun\tshop.service\tDropInPaths\t\n"
    "git\t/opt/shop\t1111111111111111111111111111111111111111\trefs/heads/main\tunknown\n"
    "remote\t/opt/shop\thttps://git.example.com/shop.git\tno\n"
    "state\t/opt/shop/state.json\te30=\n"
    "tree\t/opt/shop\n"
    "df\t/\t1\t2\n"
    "tool\tgit\tyes\n"
    "skip\t/opt/shop/.env\tchanged\n"
    "skip\t/opt/shop/.env2\tholds-values\n";

std::string error_of(const std::string& bytes) {
  const auto read = read_host_facts(document(bytes));
  return read ? "" : to_string(read.error());
}

TEST_CASE("facts are read as the collector tells them") {
  const auto read = read_host_facts(document(sealed(kBody)));
  REQUIRE(read);
  const HostFacts& facts = read.value();
  CHECK(facts.host == "web-1");
  CHECK(facts.environment == "production");
  CHECK(facts.time == 1780268400);
  CHECK_FALSE(facts.is_copy);
  CHECK(facts.paths.at("/opt/shop").bits == 0755);
  CHECK(facts.paths.at("/opt/shop").uid == 1000);
  CHECK(facts.paths.at("/opt/shop").links == 3);
  CHECK(facts.paths.at("/opt/shop").where.span.line == 2);
  CHECK(facts.paths.at("/root/shop").kind == PathKind::Denied);
  CHECK(facts.links.at("/srv/shop").real == "/opt/shop");
  CHECK(facts.parents.at("/opt").bits == 0755);
  CHECK(facts.parents.at("/root").kind == PathKind::Denied);
  const EnvFile& env = facts.env_files.at("/opt/shop/.env");
  CHECK(env.has("bom"));
  REQUIRE(env.lines.size() == 2);
  CHECK(env.lines[0].value == "80%09");
  CHECK(env.lines[0].has("cr"));
  CHECK_FALSE(env.lines[1].value);
  CHECK(facts.units.at("/etc/systemd/system/shop.service").front().value == "shop");
  CHECK(facts.unit_runs.at("shop.service").at("DropInPaths").empty());
  CHECK(facts.checkouts.at("/opt/shop").ref == "refs/heads/main");
  CHECK(facts.remotes.at("/opt/shop").front().credential == "no");
  CHECK(facts.states.at("/opt/shop/state.json") == "e30=");
  CHECK(facts.trees.contains("/opt/shop"));
  CHECK(facts.skips.at("/opt/shop/.env").reason == "changed");
  CHECK_FALSE(facts.skips.contains("/opt/shop/.env2"));
}

TEST_CASE("facts that were cut at any byte are none") {
  const std::string whole = sealed(kBody);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(read_host_facts(document(whole.substr(0, size))));
  }
}

TEST_CASE("facts of which any byte was changed, left out or put in are none") {
  const std::string whole = sealed(kBody);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    CAPTURE(at);
    for (const char other : {'0', '\t', '\n', '%', '\0'}) {
      if (whole[at] != other) {
        std::string changed = whole;
        changed[at] = other;
        CHECK_FALSE(read_host_facts(document(changed)));
      }
      std::string longer = whole;
      longer.insert(at, 1, other);
      CHECK_FALSE(read_host_facts(document(longer)));
    }
    std::string shorter = whole;
    shorter.erase(at, 1);
    CHECK_FALSE(read_host_facts(document(shorter)));
  }
}

TEST_CASE("a mistake is told with its line") {
  CHECK(error_of("host\n") ==
        "facts/web-1.facts:1:1: this is no output of host/collect.sh: it does not begin with `v1`");
  CHECK(error_of(kBody) ==
        "facts/web-1.facts:21:1: these facts were cut short: the trailer (`end`, number of lines, "
        "SHA-256) is missing or not whole");
  CHECK(error_of(sealed("v2\tweb-1\n")) ==
        "facts/web-1.facts:1:1: these facts are of version `v2`, which this version of muster does "
        "not read");
  CHECK(error_of(sealed(kHead + "path\t/a\tnone\npath\t/b\n")) ==
        "facts/web-1.facts:3:1: this line is no fact of a collector: `path` has another number of "
        "fields");
}

TEST_CASE("lines that no collector writes make all of it no facts, with the right trailer too") {
  for (const std::string line : {
           "acl\t/a\tx",
           "",
           "path\t/a\tnone\t",
           "path\t/a\tdir",
           "path\t/a\tdir\t81ed\t0\t0\troot\troot\t1\t1\t1\t1",
           "path\t/a\tdir\t41ed\t-1\t0\troot\troot\t1\t1\t1\t1",
           "path\t/a\tdir\t41ed\t4294967296\t0\troot\troot\t1\t1\t1\t1",
           "path\t/a\tdir\t41ED\t0\t0\troot\troot\t1\t1\t1\t1",
           "path\t/a\tnone\t41ed\t0\t0\troot\troot\t1\t1\t1\t1",
           "path\t/a%41\tnone",
           "path\t/a%0A\tnone",
           "path\t/a%4\tnone",
           "path\t/a\x80\tnone",
           "path\t/a\r",
           "link\t/a\tb\t\tok",
           "link\t/a\tb\tc\tloop",
           "par\t/a\tdir",
           "par\t/a\t41ed\tx",
           "sha\t/a\te3b0",
           "env\t/never-begun\t1\tA\tint\t1-7\tnone\t\t\t",
           "envfile\t/a\t1\t\nenv\t/a\t2\tA\tint\t1-7\tnone\t\t\t\nenv\t/"
           "a\t1\tB\tint\t1-7\tnone\t\t\t",
           "envfile\t/a\t1\t\nenv\t/a\t1\tA\tnumber\t1-7\tnone\t\t\t",
           "envfile\t/a\t1\t\nenv\t/a\t1\tA\tint\t1-7\tnone\t\t8080\t",
           "envfile\t/a\t1\t\nenv\t/a\t1\t?\tint\t1-7\tnone\t\t=8080\t",
           "git\t/a\tmain\t\tunknown",
           "remote\t/a\tb\tperhaps",
           "end\t1\t2",
           "v1\tweb-1\t1780268400\tboot\t1\tproduction\t0",
       }) {
    CAPTURE(line);
    CHECK_FALSE(read_host_facts(document(sealed(kHead + line + "\n"))));
  }
}

TEST_CASE("more than a collector writes is refused before it is looked at") {
  CHECK_FALSE(
      read_host_facts(document(sealed(kHead + "tool\t" + std::string(70'000, 'a') + "\tyes\n"))));
  std::string many = kHead;
  for (int i = 0; i < 200'000; ++i) {
    many += "tool\ta\tyes\n";
  }
  CHECK_FALSE(read_host_facts(document(sealed(many))));
}

TEST_CASE("what is told in two ways that differ is marked") {
  const std::string again = "path\t/opt/shop\tdir\t41fd\t1000\t1000\tshop\tshop\t4096\t1\t1\t3\n";
  const auto read = read_host_facts(document(sealed(kBody + again)));
  REQUIRE(read);
  CHECK(read.value().paths.at("/opt/shop").contradicted);
  CHECK_FALSE(read.value().paths.at("/srv/shop").contradicted);
}

TEST_CASE("every byte has one form in a field") {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) {
    all += static_cast<char>(byte);
  }
  const std::string field = encoded(all);
  CHECK(field.find_first_of("\t\n\r") == std::string::npos);
  CHECK(encoded("a b%\t\x7f\xc3\xbc") == "a b%25%09%7f%c3%bc");
  CHECK(read_host_facts(document(sealed(kHead + "path\t" + field + "\tnone\n"))));
}

TEST_CASE("the host is known from the first line, whatever stands behind it") {
  CHECK(named_host(document(kHead + "rubbish")) ==
        std::pair<std::string, std::string>("web-1", "production"));
  CHECK_FALSE(named_host(document(kHead.substr(0, kHead.size() - 1))));
}

}  // namespace
}  // namespace muster::host
