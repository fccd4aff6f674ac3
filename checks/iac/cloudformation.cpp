// First the names of the resources, in rounds (a name may be made of others), then all properties.
#include "checks/iac/cloudformation.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "checks/core/digest.h"
#include "checks/iac/loops.h"
#include "checks/iac/resolver.h"
#include "checks/iac/resource_names.h"
#include "checks/text/ascii.h"

namespace muster::iac {
namespace {

using text::Node;
using text::Type;
using Id = text::TreeBuilder::Id;

/// As many values as a file of the largest size can have.
constexpr std::size_t kTemplateNodes = 5'000'000;
/// A name that is made of a name, and so on; real templates have two such steps.
constexpr int kNameRounds = 6;

/// A typed entry of `Resources`.
struct Entry {
  std::string id;
  std::string type;
  Node node;
};

std::vector<Entry> typed_entries(const Node& root) {
  std::vector<Entry> entries;
  const auto resources = root.find("Resources");
  for (std::size_t i = 0; resources && resources->is(Type::Mapping) && i < resources->size(); ++i) {
    std::string type = resources->at(i).string_under("Type");
    if (!type.empty()) {
      entries.push_back(
          {std::string(resources->key_at(i).text()), std::move(type), resources->at(i)});
    }
  }
  return entries;
}

/// The name of a resource that CloudFormation names.
std::string made_up_name(const Entry& entry) {
  const std::string name = entry.id + "-generated";
  return entry.type == "AWS::S3::Bucket" ? text::lower(name) : name;
}

std::string without_scheme(std::string url) {
  const std::size_t scheme = url.find("://");
  return scheme == std::string::npos ? url : url.substr(scheme + 3);
}

/// One property of a resource as text; `fallback` when it is not given.
Result<std::string> text_property(Resolver& resolver, text::TreeBuilder& out, const Entry& entry,
                                  std::string_view property, std::string fallback) {
  const auto properties = entry.node.find("Properties");
  const auto given = properties ? properties->find(property) : std::nullopt;
  if (!given || property.empty()) {
    return fallback;
  }
  MUSTER_TRY(const Id value, resolver.resolve(*given));
  if (resolver.is_nothing(value)) {
    return fallback;
  }
  const bool text = out.type(value) == Type::String;
  return text ? out.text(value) : fallback;
}

/// What references to this resource give, as far as its own name is known by now.
Result<NamedResource> named(Resolver& resolver, text::TreeBuilder& out, const Entry& entry) {
  NamedResource found{entry.type, {}, {}, {}};
  const ResourceNames* names = resource_names(entry.type);
  if (names == nullptr) {
    found.ref = "";
    return found;
  }
  MUSTER_TRY(std::string name,
             text_property(resolver, out, entry, names->name_property, made_up_name(entry)));
  MUSTER_TRY(const std::string path, text_property(resolver, out, entry, "Path", "/"));
  if (entry.type == "AWS::IAM::OIDCProvider") {
    name = without_scheme(std::move(name));
  }
  const NameParts parts{kSomeRegion, resolver.account(), name, path};
  found.ref = filled(names->ref, parts);
  found.arn = filled(names->arn, parts);
  found.arn_attribute = names->arn_attribute;
  return found;
}

/// Marks of one round are worth nothing in the next.
bool settled(const NamedResource& resource) {
  return resource.ref && !has_mark(*resource.ref) && !has_mark(resource.arn);
}

Status name_all(Resolver& resolver, text::TreeBuilder& out, const std::vector<Entry>& entries) {
  for (const Entry& entry : entries) {
    resolver.resources[entry.id].type = entry.type;
  }
  for (int round = 0; round < kNameRounds; ++round) {
    bool open = false;
    for (const Entry& entry : entries) {
      NamedResource& slot = resolver.resources[entry.id];
      if (!settled(slot)) {
        MUSTER_TRY(slot, named(resolver, out, entry));
        open = open || !settled(slot);
      }
    }
    if (!open) {
      break;
    }
  }
  return Done{};
}

/// Macros of AWS that leave the resources which policies speak about as they are, or whose work is
/// done here.
bool is_known_macro(std::string_view name) {
  return name == "AWS::Serverless-2016-10-31" || name == "AWS::LanguageExtensions" ||
         name == "AWS::CodeDeployBlueGreen" || name.starts_with("AWS::SecretsManager-");
}

/// The name of an entry of `Transform`, which may be a mapping with `Name`.
std::string macro_name(const Node& macro) {
  return macro.is(Type::Mapping) ? macro.string_under("Name") : std::string(macro.text());
}

/// Whether a part of a template may declare something that has a say about permissions, or calls a
/// macro that may.
bool touches_permissions(const Node& part) {
  std::vector<Node> pending{part};
  while (!pending.empty()) {
    const Node next = pending.back();
    pending.pop_back();
    for (std::size_t i = 0; i < next.size(); ++i) {
      pending.push_back(next.at(i));
      const std::string_view key = next.is(Type::Mapping) ? next.key_at(i).text() : "";
      const std::string_view type = key == "Type" ? next.at(i).text() : "";
      if (key == "Fn::Transform" || type.starts_with("AWS::IAM::") ||
          type.starts_with("AWS::Serverless::") || type.find('$') != std::string_view::npos) {
        return true;
      }
    }
  }
  return false;
}

/// What a template leaves to its deployment.
struct Gaps {
  std::vector<NotCovered> found;
  /// The first of them that may change what roles have.
  std::string opaque;

  void add(const Node& where, const std::string& why, bool hides, bool blocks = true) {
    found.push_back({to_string(where.where()), why, blocks});
    opaque = opaque.empty() && hides ? why : opaque;
  }
};

void add_macros(const Node& root, Gaps& gaps) {
  const auto transform = root.find("Transform");
  if (!transform) {
    return;
  }
  const bool list = transform->is(Type::Sequence);
  for (std::size_t i = 0; i < (list ? transform->size() : 1); ++i) {
    const Node macro = list ? transform->at(i) : *transform;
    const std::string name = macro_name(macro);
    if (!is_known_macro(name)) {
      gaps.add(macro, "the macro `" + name + "` rewrites the template when it is deployed", true);
    }
  }
}

void add_entry(const Node& key, const Node& entry, Gaps& gaps) {
  const std::string name = "`" + std::string(key.text()) + "`";
  const std::string type = entry.string_under("Type");
  if (key.text().starts_with("Fn::")) {
    gaps.add(key, name + " makes resources when the template is deployed",
             touches_permissions(entry) || key.text() == "Fn::Transform");
  } else if (type.empty()) {
    gaps.add(key, "what " + name + " is stands only in the template that a macro makes", true);
  } else if (type.ends_with("::MODULE")) {
    gaps.add(key, "what the module " + name + " makes is not worked out", false, false);
  } else if (type == "AWS::CloudFormation::Stack") {
    gaps.add(key,
             "the nested stack " + name +
                 " has a template of its own, which is read as it "
                 "stands if it is here",
             false, false);
  }
}

Gaps gaps_of(const Node& root) {
  Gaps gaps;
  add_macros(root, gaps);
  for (std::size_t i = 0; i < root.size(); ++i) {
    const Node key = root.key_at(i);
    if (key.text().starts_with("Fn::")) {
      gaps.add(key, "`" + std::string(key.text()) + "` adds to the template when it is deployed",
               true);
    }
  }
  const auto resources = root.find("Resources");
  for (std::size_t i = 0; resources && resources->is(Type::Mapping) && i < resources->size(); ++i) {
    add_entry(resources->key_at(i), resources->at(i), gaps);
  }
  return gaps;
}

/// Why a resource may have other properties than stand there.
std::string opaque_part(const Node& entry) {
  for (std::size_t i = 0; i < entry.size(); ++i) {
    if (entry.key_at(i).text().starts_with("Fn::")) {
      return "`" + std::string(entry.key_at(i).text()) + "` adds to it when it is deployed";
    }
  }
  return {};
}

/// A text that is the same for equal nodes only: types, texts and lengths in order.
std::string written(const Node& node) {
  std::string text;
  std::vector<Node> pending{node};
  while (!pending.empty()) {
    const Node next = pending.back();
    pending.pop_back();
    text += std::to_string(static_cast<int>(next.type())) + ":" +
            std::to_string(next.text().size()) + ":" + std::string(next.text()) + ":" +
            std::to_string(next.size()) + ";";
    for (std::size_t i = 0; i < next.size(); ++i) {
      pending.push_back(next.at(i));
      if (next.is(Type::Mapping)) {
        pending.push_back(next.key_at(i));
      }
    }
  }
  return text;
}

/// What decides about values that only a stack knows, beside the resource itself.
std::string written_context(const Node& root) {
  std::string text;
  for (const char* section : {"Parameters", "Conditions", "Mappings", "Globals", "Transform"}) {
    const auto node = root.find(section);
    text += std::string(section) + (node ? written(*node) : std::string());
  }
  return text;
}

/// The number in the first mark of a text.
std::optional<std::size_t> first_mark(std::string_view text) {
  const std::size_t begin = text.find(kMarkBegin);
  const std::size_t end = begin == std::string_view::npos ? begin : text.find(kMarkEnd, begin);
  if (end == std::string_view::npos) {
    return std::nullopt;
  }
  std::size_t number = 0;
  std::from_chars(text.data() + begin + 1, text.data() + end, number);
  return number;
}

}  // namespace

Result<Template> Template::read(const Node& text, std::string_view account) {
  if (!is_template(text)) {
    return Error{ErrorCode::Invalid, "the text is no template: it has no `Resources` with a type",
                 text.where()};
  }
  MUSTER_TRY(const std::optional<text::Tree> expanded, without_loops(text));
  const Node root = expanded ? expanded->root() : text;
  text::TreeBuilder out(root.where().source);
  Resolver resolver(root, account, out);
  const std::vector<Entry> entries = typed_entries(root);
  MUSTER_CHECK_OK(name_all(resolver, out, entries));
  std::vector<Id> all;
  const auto globals = root.find("Globals");
  const auto function = globals ? globals->find("Function") : std::nullopt;
  const Id absent = out.scalar(Type::Null, {}, {});
  all.push_back(absent);
  if (function) {
    MUSTER_TRY(all.front(), resolver.resolve(*function));
  }
  for (const Entry& entry : entries) {
    const auto properties = entry.node.find("Properties");
    all.push_back(absent);
    if (properties) {
      MUSTER_TRY(all.back(), resolver.resolve(*properties));
    }
  }
  const Id top = out.sequence(all, {});
  Template made(std::move(out).build(top));
  made.unknown_ = std::move(resolver.unknown);
  std::string context;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const NamedResource& names = resolver.resources[entries[i].id];
    const Node properties = made.tree_.root().at(i + 1);
    Resource resource{entries[i].id,
                      entries[i].type,
                      names.ref.value_or(""),
                      names.arn,
                      {},
                      {},
                      opaque_part(entries[i].node),
                      entries[i].node.string_under("Condition"),
                      {},
                      entries[i].node.where()};
    if (properties.is(Type::Mapping)) {
      resource.properties = properties;
    } else if (resource.opaque.empty()) {
      resource.opaque = made.unknown_in(properties).value_or("");
    }
    const bool open = !resource.opaque.empty() || made.unknown_in(properties);
    if (open || !resource.condition.empty()) {
      context = context.empty() ? written_context(root) : context;
      resource.digest =
          hex(sha256(context + written(entries[i].node) + made.explained(properties)));
      resource.open_digest = open ? resource.digest : std::string();
    }
    made.resources_.push_back(std::move(resource));
  }
  Gaps gaps = gaps_of(root);
  made.not_covered_ = std::move(gaps.found);
  made.opaque_ = std::move(gaps.opaque);
  made.opaque_digest_ = made.opaque_.empty() ? std::string() : hex(sha256(written(root)));
  return made;
}

std::optional<std::string> Template::unknown_in(std::string_view text) const {
  const auto mark = first_mark(text);
  if (!mark) {
    return std::nullopt;
  }
  return *mark < unknown_.size() ? unknown_[*mark] : "a value is not known";
}

std::optional<std::string> Template::unknown_in(const Node& node) const {
  std::vector<Node> pending{node};
  while (!pending.empty()) {
    const Node next = pending.back();
    pending.pop_back();
    if (auto why = unknown_in(next.text())) {
      return why;
    }
    for (std::size_t i = next.size(); i > 0; --i) {
      pending.push_back(next.at(i - 1));
    }
  }
  return std::nullopt;
}

std::string Template::explained(const Node& node) const {
  std::string text;
  std::vector<Node> pending{node};
  while (!pending.empty()) {
    const Node next = pending.back();
    pending.pop_back();
    text += unknown_in(next.text()).value_or(std::string(next.text())) + ";";
    for (std::size_t i = 0; i < next.size(); ++i) {
      pending.push_back(next.at(i));
    }
  }
  return text;
}

std::optional<Node> Template::function_globals() const {
  const Node globals = tree_.root().at(0);
  return globals.is(Type::Mapping) ? std::optional(globals) : std::nullopt;
}

Result<text::Tree> parse_template(std::string bytes, SourceId source) {
  text::Limits limits;
  limits.bytes = std::max(limits.bytes, bytes.size());
  limits.expanded_nodes = kTemplateNodes;
  const std::size_t first = bytes.find_first_not_of(" \t\r\n");
  const bool json = first != std::string::npos && bytes[first] == '{';
  return json ? text::parse_json(std::move(bytes), std::move(source), limits)
              : text::parse_template_yaml(std::move(bytes), std::move(source), limits);
}

bool is_template(const Node& root) {
  const std::vector<Entry> entries = typed_entries(root);
  const auto resources = root.find("Resources");
  bool loops = false;
  for (std::size_t i = 0; resources && resources->is(Type::Mapping) && i < resources->size(); ++i) {
    loops = loops || is_loop(resources->key_at(i).text());
  }
  return loops || std::any_of(entries.begin(), entries.end(), [](const Entry& entry) {
           return entry.type.starts_with("AWS::") || entry.type.starts_with("Custom::");
         });
}

}  // namespace muster::iac
