// Effective permissions: several layers together, and many principals in one prover.
#include "support.h"

using namespace muster;
using namespace muster::prover;

namespace {

Policies allow(const std::string& actions, const std::string& resource) {
  return policies_of(R"({"Effect":"Allow","Action":)" + actions + R"(,"Resource":")" + resource +
                     R"("})");
}

policy::Stack stack_of(Policies identity) {
  policy::Stack stack;
  stack.identity = std::move(identity);
  return stack;
}

Answer within(const policy::Stack& a, const Policies& b, const Budget& budget = {}) {
  Prover prover(budget);
  const std::size_t first = prover.add(a);
  return prover.within(first, prover.add(b));
}

/// A policy with one statement per service name, `count` of them.
Policies many(int count) {
  std::string statements;
  for (int i = 0; i < count; ++i) {
    const std::string service = "s" + std::to_string(i);
    statements += std::string(i == 0 ? "" : ",") + R"({"Effect":"Allow","Action":")" + service +
                  R"(:*","Resource":"arn:aws:)" + service + R"(:*:*:*"})";
  }
  return policies_of("[" + statements + "]");
}

}  // namespace

TEST_CASE("what a principal may do is what every layer allows and none denies") {
  const Policies s3 = allow(R"(["s3:*","sqs:*"])", "*");
  const Policies deny = policies_of(R"([{"Effect":"Allow","Action":"*","Resource":"*"},
      {"Effect":"Deny","Action":"*","Resource":"*",
       "Condition":{"StringNotEquals":{"aws:RequestedRegion":"eu-central-1"}}}])");

  struct Row {
    const char* name;
    std::optional<Policies> boundary, session;
    std::optional<std::vector<Policies>> scp;
    Policies reference;
    std::string witness;
  };

  for (const Row& row : {
           Row{"no limits", {}, {}, {}, s3, ""},
           Row{"no limits, narrower reference", {}, {}, {}, allow(R"("s3:*")", "*"), "sqs:x *"},
           Row{"a boundary", allow(R"("s3:Get*")", "*"), {}, {}, allow(R"("s3:*")", "*"), ""},
           Row{"a boundary on resources",
               allow(R"("*")", "arn:aws:s3:::art/*"),
               {},
               {},
               allow(R"("s3:*")", "*"),
               "sqs:x arn:aws:s3:::art/x"},
           Row{"an empty boundary", Policies{}, {}, {}, {}, ""},
           Row{"boundary and session",
               allow(R"(["s3:GetObject","s3:PutObject"])", "*"),
               allow(R"(["s3:PutObject","iam:*"])", "*"),
               {},
               allow(R"("s3:PutObject")", "*"),
               ""},
           Row{"levels",
               {},
               {},
               std::vector<Policies>{everything(), allow(R"("sqs:*")", "*")},
               allow(R"("sqs:*")", "*"),
               ""},
           Row{"a level without documents",
               {},
               {},
               std::vector<Policies>{everything(), {}},
               {},
               ""},
           Row{"a region rule",
               {},
               {},
               std::vector<Policies>{deny},
               with_condition(R"({"StringEquals":{"aws:RequestedRegion":"eu-central-1"}})"),
               ""},
           Row{"a region rule lets the region",
               {},
               {},
               std::vector<Policies>{deny},
               {},
               "s3:x * aws:requestedregion=eu-central-1"},
       }) {
    CAPTURE(row.name);
    policy::Stack stack = stack_of(s3);
    stack.boundary = row.boundary;
    stack.session = row.session;
    stack.scp = row.scp;
    const Answer answer = within(stack, row.reference);
    CHECK(answer.verdict == (row.witness.empty() ? Verdict::Yes : Verdict::No));
    CHECK(words(answer) == row.witness);
  }
}

TEST_CASE("a layer that is not known leaves open what depends on it") {
  policy::Stack stack = stack_of(allow(R"(["s3:*","sqs:*"])", "*"));
  stack.open = {policy::Layer::Boundary};
  CHECK(within(stack, allow(R"(["s3:*","sqs:*"])", "*")).verdict == Verdict::Yes);
  const Answer open = within(stack, allow(R"("s3:*")", "*"));
  CHECK(open.verdict == Verdict::Undecided);
  CHECK(open.reason == "boundary: not all of its documents are known");
  stack.boundary = policies_of(R"({"Effect":"Deny","Action":"sqs:*","Resource":"*"})");
  CHECK(within(stack, allow(R"("s3:*")", "*")).verdict == Verdict::Yes);
  policy::Stack groups = stack_of(allow(R"("s3:*")", "*"));
  groups.open = {policy::Layer::Identity};
  CHECK(within(groups, allow(R"("s3:*")", "*")).verdict == Verdict::Undecided);
  CHECK(within(groups, everything()).verdict == Verdict::Yes);
}

TEST_CASE("layers are multiplied only where they meet, and within the budget") {
  policy::Stack stack = stack_of(many(300));
  stack.boundary = many(300);
  stack.scp = std::vector<Policies>{many(300), many(300)};
  CHECK(within(stack, many(300)).verdict == Verdict::Yes);
  CHECK(within(stack, many(299)).verdict == Verdict::No);
  const Answer small = within(stack, many(300), {.product = 100});
  CHECK(small.verdict == Verdict::Undecided);
  CHECK(small.reason == "the layers have more than 100 statements together");
}

TEST_CASE("a policy that many principals have is kept once") {
  const Policies shared = many(50);
  const Policies limit = allow(R"("s7:*")", "*");
  Prover prover;
  const PolicyId identity = prover.keep(shared.front());
  const PolicyId boundary = prover.keep(limit.front());
  std::vector<std::size_t> principals;
  for (int i = 0; i < 1'000; ++i) {
    Layered principal{.identity = {identity}};
    if (i % 2 != 0) {
      principal.boundary = {boundary};
    }
    principals.push_back(prover.add(principal));
  }
  const std::size_t seventh = prover.add(allow(R"("s7:Get")", "arn:aws:s7:::x"));
  const std::size_t eighth = prover.add(allow(R"("s8:Get")", "*"));
  for (std::size_t i = 0; i < principals.size(); ++i) {
    CHECK(prover.overlap(principals[i], seventh).verdict == Verdict::Yes);
    CHECK(prover.overlap(principals[i], eighth).verdict ==
          (i % 2 == 0 ? Verdict::Yes : Verdict::No));
  }
}
