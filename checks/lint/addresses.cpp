// IP ranges: AWS sees public addresses in aws:SourceIp, and ignores bits behind the mask.
#include <algorithm>
#include <array>
#include <optional>

#include "checks/lint/families.h"
#include "checks/policy/values.h"

namespace muster::lint {
namespace {

using policy::IpFamily;
using policy::IpRange;
using policy::OperatorKind;

/// RFC 1918 and RFC 4193.
constexpr std::array<std::string_view, 4> kPrivate = {"10.0.0.0/8", "172.16.0.0/12",
                                                      "192.168.0.0/16", "fc00::/7"};

bool is_private(const IpRange& range) {
  return std::ranges::any_of(kPrivate, [&](std::string_view text) {
    const auto block = policy::parse_range(text);
    return block->prefix_bits <= range.prefix_bits && block->contains(range.first);
  });
}

void judge_private(const Subject& subject, const Statement& statement, const Clause& clause) {
  std::size_t ranges = 0;
  std::size_t hidden = 0;
  for (const Entry& entry : clause.entries) {
    const auto range = policy::parse_range(entry.text());
    ranges += range ? 1U : 0U;
    hidden += range && is_private(*range) ? 1U : 0U;
  }
  if (hidden == 0) {
    return;
  }
  const bool all = hidden == ranges;
  const bool negated = clause.op.negated;
  const Code code = negated ? (all ? Code::PrivateNotIpAddress : Code::PrivateNotIpAddressSubset)
                            : (all ? Code::PrivateIpAddress : Code::PrivateIpAddressSubset);
  subject.out.add(code,
                  std::string(all ? "all" : "some") +
                      " of the ranges are private, and `aws:SourceIp` is never private",
                  subject.out.at(statement, clause));
}

std::string to_text(const IpRange& range) {
  const auto& bytes = range.first.bytes;
  std::string text;
  if (range.first.family == IpFamily::V4) {
    for (std::size_t i = 0; i < 4; ++i) {
      text += (i == 0 ? "" : ".") + std::to_string(bytes[i]);
    }
  } else {
    constexpr std::string_view kDigits = "0123456789abcdef";
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      text += i > 0 && i % 2 == 0 ? ":" : "";
      text += kDigits[bytes[i] / 16U];
      text += kDigits[bytes[i] % 16U];
    }
  }
  return text + "/" + std::to_string(range.prefix_bits);
}

void judge_mask(const Subject& subject, const Statement& statement, const Clause& clause) {
  for (const Entry& entry : clause.entries) {
    const auto range = policy::parse_range(entry.text());
    const auto address = policy::parse_address(entry.text().substr(0, entry.text().find('/')));
    if (range && address && *address != range->first) {
      subject.out.add(Code::ImproveIpRange,
                      quoted(entry.text()) + " is the range `" + to_text(*range) + "`",
                      subject.out.at(statement, clause, entry));
    }
  }
}

}  // namespace

void judge_addresses(const Subject& subject) {
  for (const Statement& statement : subject.document.statements) {
    for (const Clause& clause : statement.clauses) {
      if (clause.op.kind != OperatorKind::IpAddress) {
        continue;
      }
      judge_mask(subject, statement, clause);
      if (clause.name == "aws:sourceip") {
        judge_private(subject, statement, clause);
      }
    }
  }
}

}  // namespace muster::lint
