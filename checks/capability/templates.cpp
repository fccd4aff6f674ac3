// Read once; the data file is part of the program, so a mistake in it is a mistake of the build.
#include "checks/capability/templates.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include "checks/core/rule.h"
#include "checks/core/source.h"
#include "checks/text/tree.h"

namespace muster::capability {
namespace {

using text::Node;

struct Data {
  std::string date;
  std::vector<StatementTemplate> always;
  std::vector<Template> templates;
};

constexpr std::array<std::pair<std::string_view, Form>, 12> kForms = {{
    {"name", Form::Name},
    {"name_or_arn", Form::NameOrArn},
    {"arn", Form::Arn},
    {"path", Form::Path},
    {"folder", Form::Folder},
    {"secret", Form::Secret},
    {"parameter", Form::Parameter},
    {"document", Form::Document},
    {"region", Form::Region},
    {"account", Form::Account},
    {"flag", Form::Flag},
    {"tags", Form::Tags},
}};

Form form_of(std::string_view word) {
  const auto found = std::ranges::find(kForms, word, &decltype(kForms)::value_type::first);
  assert(found != kForms.end());
  return found->second;
}

std::vector<ClauseTemplate> read_clauses(const std::optional<Node>& conditions) {
  std::vector<ClauseTemplate> clauses;
  for (std::size_t i = 0; conditions && i < conditions->size(); ++i) {
    const Node keys = conditions->at(i);
    for (std::size_t k = 0; k < keys.size(); ++k) {
      clauses.push_back({std::string(conditions->key_at(i).text()),
                         std::string(keys.key_at(k).text()), keys.at(k).texts()});
    }
  }
  return clauses;
}

std::vector<StatementTemplate> read_statements(const Node& list) {
  std::vector<StatementTemplate> statements;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Node node = list.at(i);
    statements.push_back({node.text_under("sid"), node.flag_under("optional"),
                          node.text_under("instead_of"), node.texts_under("when"),
                          node.texts_under("unless"), node.texts_under("actions"),
                          node.texts_under("resources"), read_clauses(node.find("conditions"))});
  }
  return statements;
}

void read_parameters(const Node& map, std::vector<Parameter>& out) {
  for (std::size_t i = 0; i < map.size(); ++i) {
    const Node node = map.at(i);
    Parameter parameter{std::string(map.key_at(i).text()),
                        form_of(node.text_under("form")),
                        node.flag_under("list"),
                        node.flag_under("required"),
                        {},
                        node.text_under("about")};
    if (const auto fallback = node.find("default")) {
      parameter.fallback = std::string(fallback->text());
    }
    out.push_back(std::move(parameter));
  }
}

Data read_data() {
  constexpr std::string_view kName = "capabilities.json";
  const auto tree = text::parse_json(std::string(data_file(kName)), SourceId(std::string(kName)));
  assert(tree.ok());
  const Node root = tree.value().root();
  Data data;
  data.date = root.text_under("date");
  data.always = read_statements(*root.find("always"));
  const Node map = *root.find("capabilities");
  for (std::size_t i = 0; i < map.size(); ++i) {
    const Node node = map.at(i);
    Template entry;
    entry.name = map.key_at(i).text();
    entry.about = node.text_under("about");
    read_parameters(*node.find("parameters"), entry.parameters);
    read_parameters(*root.find("common"), entry.parameters);
    entry.one_of = node.texts_under("one_of");
    entry.statements = read_statements(*node.find("statements"));
    data.templates.push_back(std::move(entry));
  }
  std::ranges::sort(data.templates, {}, &Template::name);
  return data;
}

const Data& data() {
  static const Data kData = read_data();
  return kData;
}

}  // namespace

const Parameter* Template::find(std::string_view parameter) const {
  const auto found = std::ranges::find(parameters, parameter, &Parameter::name);
  return found == parameters.end() ? nullptr : &*found;
}

const std::vector<Template>& templates() {
  return data().templates;
}

const Template* find_template(std::string_view name) {
  const auto found = std::ranges::find(templates(), name, &Template::name);
  return found == templates().end() ? nullptr : &*found;
}

std::vector<std::string_view> template_names() {
  std::vector<std::string_view> names;
  for (const Template& entry : templates()) {
    names.push_back(entry.name);
  }
  return names;
}

const std::vector<StatementTemplate>& always_allowed() {
  return data().always;
}

std::string_view template_date() {
  return data().date;
}

}  // namespace muster::capability
