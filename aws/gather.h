// From a question to a file of facts: the answer as the AWS CLI prints it, its pages merged, what
// may be a secret taken out, with a member `muster` that says what was asked where.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/client.h"
#include "aws/facts.h"
#include "aws/paging.h"

namespace muster::aws {

/// The place of what is of no region.
constexpr const char* kGlobal = "aws-global";

/// One question of a collector.
struct Question {
  Call call;
  /// For people: `images of repository shop`.
  std::string what;
  /// Its file, below the folder of service and region, without ending: `images/shop`. Names of the
  /// account's things go through `file_name` first.
  std::string file{};
  /// How its pages come; without it there is one answer.
  std::optional<Paging> paging{};
  /// Instead of pages: what is asked one call after the other, when a call takes a few things only.
  /// What a service names among the `failures` of its answer counts as not read.
  std::optional<std::vector<Value>> batches{};
  /// The member whose items the pages share out among them, as the CLI prints it: `imageDetails`,
  /// `DistributionList.Items`. Needed with `paging` and `batches`.
  std::string_view list{};
  /// Codes by which the service says that there is none, which is an answer too, and what stands in
  /// the file then beside `muster`.
  std::vector<std::string_view> none{};
  Value none_is = object_value({});
  /// Gives a page the names that the CLI prints, and takes secrets out of it.
  std::function<void(Value&)> tidy{};
  /// What the answer is about, where it does not say so itself: the parameter of the call and its
  /// value, which become a member of `muster`.
  std::optional<Member> about{};
  /// A list that its bound cut off is worth having: what it holds stands. The bound is named among
  /// what was not read.
  bool cut_is_good = false;
};

/// Asks the questions of one service in one place.
class Gatherer {
 public:
  /// `place`: a region, or `kGlobal`. All must outlive the gatherer.
  Gatherer(const Client& client, Facts& facts, std::string_view service, std::string place)
      : client_(client), facts_(facts), service_(service), place_(std::move(place)) {}

  /// The answer as it stands in its file; an object without the answer's members when there is
  /// none; nothing when it could not be read, which is noted then. Not asked again when an
  /// interrupted collection has the file.
  [[nodiscard]] std::optional<Value> ask(const Question& question);

  /// The items of a list that is only the way to another question and becomes no file; nothing when
  /// it could not be read, which is noted then.
  [[nodiscard]] std::optional<std::vector<Value>> items(const Question& question);

  /// Of things that are asked about one by one: so many that they are not. The rest is noted;
  /// `needed` as in `NotRead`.
  [[nodiscard]] std::size_t at_most(std::size_t bound, std::size_t count, const Question& question,
                                    bool needed = true);

  /// What an interrupted collection has in the file, and that it counts.
  [[nodiscard]] std::optional<Value> kept(const std::string& file);

  /// Writes what was made of answers.
  void put(std::string_view file, const Value& value) { facts_.put(path(file), value); }

  [[nodiscard]] const Client& client() const { return client_; }

  [[nodiscard]] Facts& facts() { return facts_; }

 private:
  [[nodiscard]] std::string path(std::string_view file) const;
  [[nodiscard]] std::optional<Value> fetch(const Question& question);
  [[nodiscard]] std::optional<Value> fetch_pages(const Question& question);
  [[nodiscard]] std::optional<Value> fetch_batches(const Question& question);
  [[nodiscard]] Value merged(const Question& question, std::optional<Value> first,
                             std::vector<Value> items) const;
  [[nodiscard]] CallError error_of(const Question& question, std::string message) const;
  void tidy(const Question& question, Value& page) const;
  void describe(const Question& question, Value& answer) const;
  void write(const Question& question, const Value& answer);

  const Client& client_;
  Facts& facts_;
  std::string service_;
  std::string place_;
};

/// Whether an answer of `Gatherer::ask` says that there is none.
[[nodiscard]] bool is_none(const Value& answer);

/// The name of an account's thing as a part of a path: never a folder, never hidden, and different
/// for different things.
[[nodiscard]] std::string file_name(std::string_view name);

/// `a` becomes `b`; nothing happens where there is no `a`.
void rename(Value& object, std::string_view from, std::string_view to);

/// The answer becomes the only member of another object.
void wrap(Value& answer, std::string_view name);

/// A policy as an entry of `resource_policies` (docs/account-facts.md): the document of `member` of
/// the answer, or null where there is none.
[[nodiscard]] Value policy_entry(const std::string& arn, const std::string& account,
                                 const Value& answer, std::string_view member);

/// Members that hold a date as seconds since 1970, as JSON services send it, become dates of ISO
/// 8601, as the CLI prints them: numbers whose names end in `At`, `Date` or `Time`.
void write_dates(Value& root);

}  // namespace muster::aws
