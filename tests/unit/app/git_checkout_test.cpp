// Remotes as they occur, and as somebody hostile writes them.
#include "app/git_checkout.h"

#include <doctest/doctest.h>

#include <fstream>

#include "tests/unit/app/scratch.h"

namespace muster::app {
namespace {

namespace fs = std::filesystem;

TEST_CASE("a remote URL names its repository") {
  struct Row {
    const char* name;
    const char* url;
    Remote remote;
  };

  for (const Row& row :
       {Row{"https", "https://github.com/acme/shop.git", {"github.com", "acme/shop"}},
        Row{"https without .git", "https://github.com/acme/shop", {"github.com", "acme/shop"}},
        Row{"https with a slash at the end",
            "https://github.com/acme/shop/",
            {"github.com", "acme/shop"}},
        Row{"https with a token",
            "https://x-access-token:ghs_1@github.com/acme/shop.git",
            {"github.com", "acme/shop"}},
        Row{"https with a port",
            "https://git.example.com:8443/acme/shop.git",
            {"git.example.com", "acme/shop"}},
        Row{"ssh", "ssh://git@github.com/acme/shop.git", {"github.com", "acme/shop"}},
        Row{"ssh over port 443",
            "ssh://git@ssh.github.com:443/acme/shop.git",
            {"ssh.github.com", "acme/shop"}},
        Row{"scp-like", "git@github.com:acme/shop.git", {"github.com", "acme/shop"}},
        Row{"scp-like with a slash", "git@github.com:/acme/shop", {"github.com", "acme/shop"}},
        Row{"scp-like, alias of the ssh configuration",
            "github-work:acme/shop.git",
            {"github-work", "acme/shop"}},
        Row{"git protocol", "git://github.com/acme/shop.git", {"github.com", "acme/shop"}},
        Row{"enterprise host", "https://acme.ghe.com/acme/shop.git", {"acme.ghe.com", "acme/shop"}},
        Row{"dots and dashes",
            "git@github.com:acme-inc/shop.js.git",
            {"github.com", "acme-inc/shop.js"}},
        Row{"host in capitals", "https://GitHub.com/Acme/Shop", {"github.com", "Acme/Shop"}}}) {
    CAPTURE(row.name);
    const auto remote = parse_remote(row.url);
    REQUIRE(remote.ok());
    CHECK(remote.value() == row.remote);
  }
}

TEST_CASE("what names no GitHub repository says why and never repeats the URL") {
  struct Row {
    const char* name;
    std::string url;
    const char* why;
  };

  for (const Row& row :
       {Row{"empty", "", "it is a local path"},
        Row{"absolute path", "/srv/git/shop.git", "it is a local path"},
        Row{"relative path", "../shop", "it is a local path"},
        Row{"file scheme", "file:///srv/git/shop.git", "it is a local path"},
        Row{"drive of Windows", "C:\\git\\shop", "it is a local path"},
        Row{"another forge", "https://gitlab.com/acme/shop.git",
            "its host `gitlab.com` is not GitHub"},
        Row{"another forge, own host", "git@bitbucket.example.com:acme/shop.git",
            "its host `bitbucket.example.com` is not GitHub"},
        Row{"three parts", "https://github.com/acme/group/shop.git",
            "its path is not `owner/name`"},
        Row{"one part", "https://github.com/shop.git", "its path is not `owner/name`"},
        Row{"nothing behind the host", "https://github.com", "its path is not `owner/name`"},
        Row{"only .git", "https://github.com/acme/.git", "its path is not `owner/name`"},
        Row{"climbing", "https://github.com/acme/..", "its path is not `owner/name`"},
        Row{"control characters", "https://github.com/acme/sh\x1b[2Jop",
            "its path is not `owner/name`"},
        Row{"YAML inside", "https://github.com/acme/x: y # z", "its path is not `owner/name`"},
        Row{"control characters in the host", "https://git\x07hub.com/acme/shop",
            "its URL has no host name"},
        Row{"very long", "https://github.com/acme/" + std::string(3000, 'a'),
            "its URL is longer than 2048 bytes"}}) {
    CAPTURE(row.name);
    const auto remote = parse_remote(row.url);
    REQUIRE_FALSE(remote.ok());
    CHECK(remote.error().message == row.why);
  }
}

TEST_CASE("the URL of origin is found in a git configuration") {
  struct Row {
    const char* name;
    const char* config;
    std::optional<std::string> url;
  };

  for (const Row& row :
       {Row{"as git writes it",
            "[core]\n\tbare = false\n[remote \"origin\"]\n\turl = a\n\tfetch = x\n", "a"},
        Row{"another remote first",
            "[remote \"upstream\"]\n\turl = b\n[remote \"origin\"]\n\turl = a\n", "a"},
        Row{"only another remote", "[remote \"Origin\"]\n\turl = b\n", std::nullopt},
        Row{"keys and section without case", "[REMOTE \"origin\"]\nURL=a\n", "a"},
        Row{"on one line", "[remote \"origin\"] url = a", "a"},
        Row{"push URL is another key", "[remote \"origin\"]\n\tpushurl = b\n\turl = a\n", "a"},
        Row{"comments", "[remote \"origin\"]\n# url = b\n; url = c\n\turl = a ; why\n", "a"},
        Row{"quotes", "[remote \"origin\"]\n\turl = \"a#b\"\n", "a#b"},
        Row{"the first of several", "[remote \"origin\"]\n\turl = a\n\turl = b\n", "a"},
        Row{"carriage returns", "[remote \"origin\"]\r\n\turl = a\r\n", "a"},
        Row{"empty", "", std::nullopt}}) {
    CAPTURE(row.name);
    CHECK(origin_url(row.config) == row.url);
  }
}

constexpr const char* kConfig = "[remote \"origin\"]\n\turl = git@github.com:acme/shop.git\n";

TEST_CASE("a checkout tells its repository and default branch") {
  const Scratch scratch;
  scratch.write(".git/config", kConfig);
  scratch.write(".git/refs/remotes/origin/HEAD", "ref: refs/remotes/origin/trunk\n");
  const GitCheckout checkout = read_git_checkout(scratch.path());
  REQUIRE(checkout.origin.has_value());
  CHECK(checkout.origin->name == "acme/shop");
  CHECK(checkout.default_branch == "trunk");
}

TEST_CASE("a worktree and a submodule lead to the shared configuration") {
  const Scratch scratch;
  scratch.write("main/.git/config", kConfig);
  scratch.write("main/.git/refs/remotes/origin/HEAD", "ref: refs/remotes/origin/trunk\n");
  scratch.write("main/.git/worktrees/w/commondir", "../..\n");
  scratch.write("w/.git", "gitdir: ../main/.git/worktrees/w\n");
  CHECK(read_git_checkout(scratch.path() / "w").origin->name == "acme/shop");
  CHECK(read_git_checkout(scratch.path() / "w").default_branch == "trunk");
  scratch.write("main/.git/modules/lib/config",
                "[remote \"origin\"]\nurl=https://github.com/acme/lib\n");
  scratch.write("main/lib/.git", "gitdir: ../.git/modules/lib\n");
  CHECK(read_git_checkout(scratch.path() / "main/lib").origin->name == "acme/lib");
}

TEST_CASE("what a checkout does not tell stays unknown, with the reason") {
  const Scratch scratch;
  CHECK(read_git_checkout(scratch.path()).origin_problem == "the folder is no git checkout");
  scratch.write(".git/config", "[core]\n");
  CHECK(read_git_checkout(scratch.path()).origin_problem == "the checkout has no remote `origin`");
  scratch.write(".git/config", "[remote \"origin\"]\nurl = /srv/shop\n");
  CHECK(read_git_checkout(scratch.path()).origin_problem ==
        "the remote `origin` tells no repository: it is a local path");
  for (const char* head : {"ref: refs/heads/main\n", "0123456789012345678901234567890123456789\n",
                           "ref: refs/remotes/origin/a b\n", "ref: refs/remotes/origin/a\x1b\n",
                           "ref: refs/remotes/origin/*\n", ""}) {
    CAPTURE(head);
    scratch.write(".git/refs/remotes/origin/HEAD", head);
    CHECK(read_git_checkout(scratch.path()).default_branch.empty());
  }
}

}  // namespace
}  // namespace muster::app
