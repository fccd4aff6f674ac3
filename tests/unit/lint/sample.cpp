// Builds the sample policies.
#include "sample.h"

#include <doctest/doctest.h>

namespace muster::lint {

std::string sample(DocumentType type, std::string_view elements) {
  if (elements.starts_with('{') || elements.starts_with('[')) {
    return std::string(elements);
  }
  std::string statement;
  const auto fill = [&](std::string_view name, std::string_view other, std::string_view text) {
    const auto has = [&](std::string_view element) {
      return elements.find("\"" + std::string(element) + "\":") != std::string_view::npos;
    };
    if (!has(name) && !has(other)) {
      statement += std::string(text) + ", ";
    }
  };
  const bool trust = type == DocumentType::Trust;
  const bool principal = trust || type == DocumentType::Resource;
  fill("Effect", "Effect", R"("Effect": "Allow")");
  fill("Action", "NotAction",
       trust ? R"("Action": "sts:AssumeRole")" : R"("Action": "s3:GetObject")");
  if (!trust) {
    fill("Resource", "NotResource", R"("Resource": "*")");
  }
  if (principal) {
    fill("Principal", "NotPrincipal", R"("Principal": {"AWS": "111122223333"})");
  } else if (type == DocumentType::ResourceControl) {
    fill("Principal", "NotPrincipal", R"("Principal": "*")");
  }
  statement += elements;
  if (elements.empty()) {
    statement.resize(statement.size() - 2);
  }
  return R"({"Version": "2012-10-17", "Statement": [{)" + statement + "}]}";
}

std::vector<Finding> found(const std::string& document, DocumentType type) {
  auto result = lint(document, SourceId("policy.json"), type, policy::embedded_catalogue());
  REQUIRE(result.ok());
  return std::move(result).value().list;
}

std::string path_text(const Location& location) {
  std::string text = "[";
  for (const Step& step : location.path) {
    text += text.size() == 1 ? "" : ",";
    text += step.kind == Step::Kind::Index ? std::to_string(step.index) : "\"" + step.name + "\"";
  }
  return text + "]";
}

}  // namespace muster::lint
