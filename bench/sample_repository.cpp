// Five shapes of workflows and six of trust policies, varied by their number.
#include "bench/sample_repository.h"

#include <fstream>
#include <string>

namespace muster::bench {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& path, const std::string& bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

/// `text` with every `@N` replaced by the number.
std::string numbered(std::string text, int number) {
  const std::string digits = std::to_string(number);
  for (std::size_t at = text.find("@N"); at != std::string::npos; at = text.find("@N", at)) {
    text.replace(at, 2, digits);
  }
  return text;
}

constexpr const char* kHead = R"(name: service @N
on:
  push:
    branches: [main, release/*]
    paths: ["services/s@N/**"]
  pull_request:
    branches: [main]
permissions:
  contents: read
jobs:
  test:
    name: unit and integration tests
    runs-on: ubuntu-24.04
    strategy:
      matrix:
        shard: [1, 2, 3, 4]
    env:
      SERVICE: s@N
      NODE_ENV: test
    steps:
      - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
      - name: install
        run: |
          set -euo pipefail
          npm ci --prefix "services/$SERVICE"
          npm run lint --prefix "services/$SERVICE"
      - name: test
        run: npm test --prefix "services/$SERVICE" -- --shard "${{ matrix.shard }}/4"
)";

constexpr const char* kDeployGood = R"(  deploy:
    needs: test
    if: github.ref == 'refs/heads/main'
    runs-on: ubuntu-24.04
    environment: production
    concurrency:
      group: deploy-s@N
      cancel-in-progress: false
    permissions:
      id-token: write
      contents: read
    steps:
      - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
      - uses: aws-actions/configure-aws-credentials@e3dd6a429d7300a6a4c196c26e071d42e0343502 # v4.0.2
        with:
          role-to-assume: arn:aws:iam::111122223333:role/deploy-@R
          aws-region: eu-central-1
      - name: build and push
        env:
          TAG: ${{ github.sha }}
        run: |
          docker build -t "registry.example.com/s@N:$TAG" services/s@N
          docker push "registry.example.com/s@N:$TAG"
      - name: roll out
        run: |
          aws ecs register-task-definition --cli-input-json file://services/s@N/task.json
          aws ecs update-service --cluster shop-prod --service s@N --force-new-deployment
          aws ecs wait services-stable --cluster shop-prod --services s@N
)";

constexpr const char* kDeployLoose = R"(  deploy:
    needs: [test]
    runs-on: ubuntu-24.04
    permissions: write-all
    steps:
      - uses: actions/checkout@v4
      - uses: aws-actions/configure-aws-credentials@v4
        with:
          role-to-assume: ${{ vars.ROLE_@R }}
          aws-region: ${{ env.AWS_REGION }}
      - run: |
          docker build -t registry.example.com/s@N:latest .
          docker push registry.example.com/s@N:latest
          aws lambda update-function-code --function-name s@N --image-uri registry.example.com/s@N:latest
)";

constexpr const char* kDeployKeys = R"(  deploy:
    needs: test
    runs-on: ubuntu-24.04
    environment: ${{ github.ref == 'refs/heads/main' && 'production' || 'staging' }}
    env:
      AWS_ACCESS_KEY_ID: ${{ secrets.AWS_ACCESS_KEY_ID }}
      AWS_SECRET_ACCESS_KEY: ${{ secrets.AWS_SECRET_ACCESS_KEY }}
    steps:
      - uses: actions/checkout@v4
      - run: terraform -chdir=infra/s@N apply -auto-approve
      - run: aws s3 sync dist/ s3://shop-site-@N --delete
)";

constexpr const char* kCall = R"(  deploy:
    needs: test
    uses: ./.github/workflows/service-@C.yml
    secrets: inherit
    permissions:
      id-token: write
      contents: read
)";

std::string workflow(int number, int roles) {
  const int shape = number % 5;
  if (shape == 4) {
    return numbered(kHead, number);
  }
  const char* shapes[] = {kDeployGood, kDeployLoose, kDeployKeys, kCall};
  std::string text = numbered(std::string(kHead) + shapes[shape], number);
  for (std::size_t at = text.find("@R"); at != std::string::npos; at = text.find("@R", at)) {
    text.replace(at, 2, std::to_string(number % roles));
  }
  const std::size_t callee = text.find("@C");
  if (callee != std::string::npos) {
    text.replace(callee, 2, "call");
  }
  return text;
}

/// A reusable workflow that every fourth service calls.
std::string callable() {
  const std::string text =
      std::string("name: roll out\non:\n  workflow_call:\njobs:\n") + numbered(kDeployGood, 0);
  std::string result = text;
  result.replace(result.find("@R"), 2, "0");
  result.erase(result.find("    needs: test\n"), std::string("    needs: test\n").size());
  return result;
}

constexpr const char* kTrust = R"({
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "GitHub@N",
      "Effect": "Allow",
      "Principal": {
        "Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"
      },
      "Action": "sts:AssumeRoleWithWebIdentity",
      "Condition": {
        "StringEquals": { "token.actions.githubusercontent.com:aud": "sts.amazonaws.com" },
        "@O": { "token.actions.githubusercontent.com:sub": @S }
      }
    }
  ]
}
)";

struct Subject {
  const char* op;
  const char* value;
};

std::string trust(int number) {
  const Subject subjects[] = {
      {"StringEquals", R"("repo:acme/shop:environment:production")"},
      {"StringLike", R"("repo:acme/shop:*")"},
      {"StringLike",
       R"(["repo:acme/shop:ref:refs/heads/main", "repo:acme/shop:ref:refs/tags/v*"])"},
      {"StringLike", R"("repo:acme/*:environment:production")"},
      {"StringLike", R"("repo:acme*")"},
      {"StringEquals", R"(["repo:acme/shop:ref:refs/heads/main", "repo:acme/ops:pull_request"])"},
  };
  const Subject& subject = subjects[number % 6];
  std::string text = numbered(kTrust, number);
  text.replace(text.find("@O"), 2, subject.op);
  text.replace(text.find("@S"), 2, subject.value);
  return text;
}

std::string config(int roles) {
  std::string text = "version: 1\nrepository: acme/shop\nvariables:\n";
  const auto arn = [](int i) {
    return "arn:aws:iam::111122223333:role/deploy-" + std::to_string(i) + "\n";
  };
  for (int i = 0; i < roles; ++i) {
    text += "  ROLE_" + std::to_string(i) + ": " + arn(i);
  }
  text += "environments:\n  production: {class: production, branches: [main]}\nroles:\n";
  for (int i = 0; i < roles; ++i) {
    const std::string number = std::to_string(i);
    text += "  deploy-" + number + ":\n    arn: " + arn(i) + "    trust: iam/trust-" + number +
            ".json\n    subjects:\n      - {environment: production, branches: [main]}\n";
  }
  return text;
}

}  // namespace

void write_sample_repository(const fs::path& root, SampleSize size) {
  const fs::path workflows = root / ".github/workflows";
  write(workflows / "service-call.yml", callable());
  for (int i = 1; i < size.workflows; ++i) {
    write(workflows / ("service-" + std::to_string(i) + ".yml"), workflow(i, size.trusts));
  }
  for (int i = 0; i < size.trusts; ++i) {
    write(root / "iam" / ("trust-" + std::to_string(i) + ".json"), trust(i));
  }
  write(root / "muster.yaml", config(size.trusts));
}

}  // namespace muster::bench
