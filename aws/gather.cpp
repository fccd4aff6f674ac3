#include "aws/gather.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <iterator>
#include <utility>

#include "aws/time.h"
#include "checks/core/digest.h"
#include "net/url.h"

namespace muster::aws {
namespace {

/// No file is larger but for one item that is; an audit reads files up to 10 MiB.
constexpr std::size_t kPartBytes = std::size_t{2} << 20U;
/// What pages say of themselves.
constexpr std::array<std::string_view, 8> kPageMembers = {"NextToken",  "nextToken",   "Marker",
                                                          "NextMarker", "IsTruncated", "Truncated",
                                                          "MaxItems",   "Quantity"};

void erase(Value& object, std::string_view name) {
  std::erase_if(object.members, [&](const Member& member) { return member.name == name; });
}

/// The object that holds the member at the end of a path; made where it is missing.
Value& holder_of(Value& root, std::string_view path) {
  Value* at = &root;
  for (std::size_t dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.')) {
    const std::string_view name = path.substr(0, dot);
    if (at->find(name) == nullptr) {
      at->set(name, object_value({}));
    }
    at = &std::ranges::find(at->members, name, &Member::name)->value;
    path.remove_prefix(dot + 1);
  }
  return *at;
}

std::string_view last_of(std::string_view path) {
  return path.substr(path.rfind('.') + 1);
}

/// Takes the items of a list out of an answer.
std::vector<Value> take_items(Value& answer, std::string_view path) {
  Value& holder = holder_of(answer, path);
  const auto found = std::ranges::find(holder.members, last_of(path), &Member::name);
  return found == holder.members.end() ? std::vector<Value>()
                                       : std::exchange(found->value.items, {});
}

void put_items(Value& answer, std::string_view path, std::vector<Value> items) {
  holder_of(answer, path).set(last_of(path), list_value(std::move(items)));
}

/// Shares items out among files of bounded size.
std::vector<std::vector<Value>> parts_of(std::vector<Value> items) {
  std::vector<std::vector<Value>> parts(1);
  std::size_t bytes = 0;
  for (Value& item : items) {
    const std::size_t size = to_json(item, Layout::Indented).size();
    if (bytes + size > kPartBytes && !parts.back().empty()) {
      parts.emplace_back();
      bytes = 0;
    }
    bytes += size;
    parts.back().push_back(std::move(item));
  }
  return parts;
}

std::string part_name(const std::string& file, std::size_t part) {
  return part == 0 ? file : file + "~" + std::to_string(part + 1);
}

std::size_t parts_in(const Value& answer) {
  const Value* const parts = answer.find_path("muster.parts");
  const std::string text = parts == nullptr ? "1" : parts->text;
  std::size_t count = 1;
  std::from_chars(text.data(), text.data() + text.size(), count);
  return count;
}

}  // namespace

bool is_none(const Value& answer) {
  return answer.find_path("muster.none") != nullptr;
}

std::string file_name(std::string_view name) {
  // `~` stands before the number of a part.
  constexpr std::size_t kLongest = 120;
  std::string encoded;
  for (const char c : net::percent_encoded(name)) {
    encoded += c == '~' ? "%7E" : std::string(1, c);
  }
  if (encoded.starts_with('.')) {
    encoded.replace(0, 1, "%2E");
  }
  return encoded.size() <= kLongest ? encoded
                                    : encoded.substr(0, kLongest) + "~" + hex(sha256(name), 8);
}

void rename(Value& object, std::string_view from, std::string_view to) {
  const auto found = std::ranges::find(object.members, from, &Member::name);
  if (found != object.members.end()) {
    found->name = to;
  }
}

void wrap(Value& answer, std::string_view name) {
  answer = object_value({{std::string(name), std::move(answer)}});
}

Value policy_entry(const std::string& arn, const std::string& account, const Value& answer,
                   std::string_view member) {
  Value entry = object_value({{"arn", text_value(arn)}, {"account", text_value(account)}});
  const std::string text = answer.text_of(member);
  auto document = parse_json(text);
  entry.set("policy", text.empty() ? Value{}
                      : document   ? std::move(document).value()
                                   : text_value(text));
  return entry;
}

void write_dates(Value& root) {
  constexpr double kEarliest = 1e8;
  std::vector<Value*> open{&root};
  while (!open.empty()) {
    Value& value = *open.back();
    open.pop_back();
    for (Value& item : value.items) {
      open.push_back(&item);
    }
    for (Member& member : value.members) {
      open.push_back(&member.value);
      const bool dated = member.name.ends_with("At") || member.name.ends_with("Date") ||
                         member.name.ends_with("Time");
      if (!dated || member.value.kind != Value::Kind::Number) {
        continue;
      }
      const double seconds = std::strtod(member.value.text.c_str(), nullptr);
      if (seconds > kEarliest && seconds < 1e11) {
        const net::Milliseconds since(static_cast<long long>(seconds * 1000.0));
        member.value = text_value(iso_date(net::WallTime(since)));
      }
    }
  }
}

std::string Gatherer::path(std::string_view file) const {
  return service_ + "/" + place_ + "/" + std::string(file) + ".json";
}

std::optional<Value> Gatherer::ask(const Question& question) {
  if (!facts_.status()) {
    return std::nullopt;
  }
  if (auto before = kept(question.file)) {
    return before;
  }
  auto answer = question.paging    ? fetch_pages(question)
                : question.batches ? fetch_batches(question)
                                   : fetch(question);
  if (answer) {
    write(question, *answer);
  }
  return answer;
}

std::optional<Value> Gatherer::fetch(const Question& question) {
  const Answer answer = client_.call(question.call);
  if (std::ranges::any_of(question.none,
                          [&](std::string_view code) { return answer.failed_with(code); })) {
    Value none = question.none_is;
    describe(question, none);
    holder_of(none, "muster.none").set("none", text_value(answer.error().code));
    return none;
  }
  if (!answer.ok()) {
    facts_.not_read({question.what, answer.error()});
    return std::nullopt;
  }
  Value value = answer.value();
  tidy(question, value);
  describe(question, value);
  return value;
}

std::optional<Value> Gatherer::fetch_pages(const Question& question) {
  std::optional<Value> first;
  std::vector<Value> items;
  const auto error = each_page(client_, question.call, *question.paging, [&](const Value& page) {
    Value tidied = page;
    tidy(question, tidied);
    std::ranges::move(take_items(tidied, question.list), std::back_inserter(items));
    first = first ? std::move(first) : std::optional(std::move(tidied));
  });
  const bool cut = error && error->kind == ErrorKind::TooMany && question.cut_is_good;
  if (error) {
    facts_.not_read({question.what, *error});
  }
  if (error && !cut) {
    return std::nullopt;
  }
  Value whole = merged(question, std::move(first), std::move(items));
  if (cut) {
    holder_of(whole, "muster.cut").set("cut", bool_value(true));
  }
  return whole;
}

std::optional<Value> Gatherer::fetch_batches(const Question& question) {
  std::optional<Value> first;
  std::vector<Value> items;
  for (const Value& input : *question.batches) {
    Call call = question.call;
    call.input = input;
    const Answer answer = client_.call(call);
    if (!answer.ok()) {
      facts_.not_read({question.what, answer.error()});
      return std::nullopt;
    }
    Value page = answer.value();
    for (const Value& failure : page.items_of("failures")) {
      facts_.not_read({question.what + ": " + failure.text_of("arn"),
                       error_of(question, failure.text_of("reason"))});
    }
    tidy(question, page);
    std::ranges::move(take_items(page, question.list), std::back_inserter(items));
    first = first ? std::move(first) : std::optional(std::move(page));
  }
  return merged(question, std::move(first), std::move(items));
}

/// Members beside the list are those of the first page.
Value Gatherer::merged(const Question& question, std::optional<Value> first,
                       std::vector<Value> items) const {
  Value whole = first ? *std::move(first) : object_value({});
  erase(whole, "failures");
  put_items(whole, question.list, std::move(items));
  describe(question, whole);
  holder_of(whole, "muster.list").set("list", text_value(question.list));
  return whole;
}

std::optional<std::vector<Value>> Gatherer::items(const Question& question) {
  auto whole = facts_.status() ? fetch_pages(question) : std::nullopt;
  return whole ? std::optional(take_items(*whole, question.list)) : std::nullopt;
}

std::size_t Gatherer::at_most(std::size_t bound, std::size_t count, const Question& question,
                              bool needed) {
  if (count > bound) {
    CallError error = error_of(question, "only the first " + std::to_string(bound) + " of " +
                                             std::to_string(count) + " are read");
    error.kind = ErrorKind::TooMany;
    facts_.not_read({question.what, std::move(error), needed});
  }
  return std::min(bound, count);
}

CallError Gatherer::error_of(const Question& question, std::string message) const {
  return {.message = std::move(message),
          .service = std::string(question.call.service.id),
          .action = std::string(question.call.action),
          .account = client_.account(),
          .region = client_.region()};
}

void Gatherer::tidy(const Question& question, Value& page) const {
  if (question.tidy) {
    question.tidy(page);
  }
  write_dates(page);
  if (question.list.empty()) {
    return;
  }
  Value& holder = holder_of(page, question.list);
  for (const std::string_view name : kPageMembers) {
    erase(page, name);
    erase(holder, name);
  }
}

void Gatherer::describe(const Question& question, Value& answer) const {
  Value muster = object_value({{"account", text_value(client_.account())},
                               {"region", text_value(place_)},
                               {"operation", text_value(std::string(question.call.service.id) +
                                                        ":" + std::string(question.call.action))}});
  if (question.about) {
    muster.members.push_back(*question.about);
  }
  answer.set("muster", std::move(muster));
}

void Gatherer::write(const Question& question, const Value& answer) {
  if (question.list.empty()) {
    facts_.put(path(question.file), answer);
    return;
  }
  Value head = answer;
  auto parts = parts_of(take_items(head, question.list));
  for (std::size_t part = 0; part < parts.size(); ++part) {
    Value file = head;
    put_items(file, question.list, std::move(parts[part]));
    if (parts.size() > 1) {
      Value& muster = holder_of(file, "muster.parts");
      muster.set("part", number_value(static_cast<long>(part + 1)));
      muster.set("parts", number_value(static_cast<long>(parts.size())));
    }
    facts_.put(path(part_name(question.file, part)), file);
  }
}

/// What an interrupted collection wrote, when it is all there.
std::optional<Value> Gatherer::kept(const std::string& file) {
  auto first = facts_.kept(path(file));
  if (!first || first->find_path("muster.cut") != nullptr) {
    return std::nullopt;
  }
  const std::size_t parts = parts_in(*first);
  const Value* const list = first->find_path("muster.list");
  const std::string where = list == nullptr ? "" : list->text;
  std::vector<Value> items = where.empty() ? std::vector<Value>() : take_items(*first, where);
  for (std::size_t part = 1; part < parts; ++part) {
    auto next = facts_.kept(path(part_name(file, part)));
    if (!next) {
      return std::nullopt;
    }
    std::ranges::move(take_items(*next, where), std::back_inserter(items));
  }
  for (std::size_t part = 0; part < parts; ++part) {
    facts_.keep(path(part_name(file, part)));
  }
  if (!where.empty()) {
    put_items(*first, where, std::move(items));
  }
  return first;
}

}  // namespace muster::aws
