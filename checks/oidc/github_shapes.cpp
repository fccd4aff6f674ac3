// GitHub's token grammar: subject segments, contexts, refs, in the classic and the immutable form.
#include <algorithm>
#include <array>

#include "checks/oidc/grammars.h"
#include "checks/oidc/identities.h"
#include "checks/oidc/world_builder.h"
#include "checks/text/ascii.h"

namespace muster::oidc {
namespace {

using Kind = ValueRule::Kind;

const WorldBuilder::Classes& github_classes() {
  static const WorldBuilder::Classes kClasses = {
      {"owner", CharClass::Owner},          {"repo", CharClass::Repository},
      {"owner_id", CharClass::Digits},      {"repository_id", CharClass::Digits},
      {"branch", CharClass::Ref},           {"tag", CharClass::Ref},
      {"pull", CharClass::Digits},          {"actor", CharClass::Actor},
      {"actor_id", CharClass::Digits},      {"enterprise_id", CharClass::Digits},
      {"head_ref", CharClass::Ref},         {"base_ref", CharClass::Ref},
      {"enterprise", CharClass::Owner},     {"run_id", CharClass::Digits},
      {"run_number", CharClass::Digits},    {"run_attempt", CharClass::Digits},
      {"check_run_id", CharClass::Digits},  {"sha", CharClass::Hex},
      {"workflow_sha", CharClass::Hex},     {"job_workflow_sha", CharClass::Hex},
      {"workflow_owner", CharClass::Owner}, {"workflow_repo", CharClass::Repository},
      {"file", CharClass::FileStem},        {"workflow_branch", CharClass::Ref},
      {"workflow_tag", CharClass::Ref},     {"workflow_pull", CharClass::Digits},
      {"event_name", CharClass::Repository}};
  return kClasses;
}

const char* ref_template(RefKind kind) {
  switch (kind) {
    case RefKind::Branch:
      return "refs/heads/<branch>";
    case RefKind::Tag:
      return "refs/tags/<tag>";
    case RefKind::PullMerge:
      return "refs/pull/<pull>/merge";
  }
  return "";
}

/// `job_workflow_ref` of a called or own workflow file, at each kind of version.
std::vector<std::string> workflow_ref_templates(bool fresh_version) {
  std::vector<std::string> out;
  const std::string file = "<workflow_owner>/<workflow_repo>/.github/workflows/<file>";
  const std::vector<std::string> versions =
      fresh_version
          ? std::vector<std::string>{"refs/heads/<workflow_branch>"}
          : std::vector<std::string>{"refs/heads/<workflow_branch>", "refs/tags/<workflow_tag>",
                                     "refs/pull/<workflow_pull>/merge", "<workflow_sha>"};
  for (const char* ending : {".yml@", ".yaml@"}) {
    for (const std::string& version : versions) {
      out.push_back(file + ending + version);
    }
  }
  return out;
}

/// What is still open once identity and template are chosen.
struct Variant {
  SubjectForm form = SubjectForm::Classic;
  ContextKind context = ContextKind::Branch;
  /// Fixed environment name.
  std::optional<std::string> environment;
  RefKind ref = RefKind::Branch;
  /// `:` in subject values is written `%3A`; old Enterprise Servers do not.
  bool colon_encoded = true;
};

class GithubGrammar {
 public:
  GithubGrammar(const ShapeInput& input, Demands& demands)
      : input_(input),
        scope_(input.scope),
        demands_(demands),
        server_(input.issuer.kind == IssuerKind::GithubEnterpriseServer) {
    add_scope_demands();
  }

  void add(const Identity& identity, const std::vector<std::string>& keys, bool open) {
    for (const SubjectForm form : forms(identity, keys)) {
      for (const ContextKind context : contexts(keys)) {
        add_context(identity, keys, {form, context, std::nullopt, RefKind::Branch, true}, open);
      }
    }
  }

  std::vector<Shape> take() { return std::move(out_); }

 private:
  [[nodiscard]] std::vector<SubjectForm> forms(const Identity& identity,
                                               const std::vector<std::string>& keys) const {
    const SubjectFormat format = server_             ? SubjectFormat::Classic
                                 : identity.declared ? input_.universe.format
                                                     : SubjectFormat::Both;
    std::vector<SubjectForm> forms;
    for (const SubjectForm form : {SubjectForm::Classic, SubjectForm::Immutable}) {
      const bool known = format == SubjectFormat::Both ||
                         (format == SubjectFormat::Classic) == (form == SubjectForm::Classic);
      if (known && (!scope_.form || *scope_.form == form)) {
        forms.push_back(form);
      }
    }
    // Without names in the subject both forms are the same.
    if (!text::one_of("repo", keys) && forms.size() > 1) {
      forms.pop_back();
    }
    return forms;
  }

  [[nodiscard]] std::vector<ContextKind> contexts(const std::vector<std::string>& keys) const {
    const bool needs_environment =
        scope_.environment.kind != Kind::Any || text::one_of("environment", keys);
    std::vector<ContextKind> out;
    for (const ContextKind context : {ContextKind::Branch, ContextKind::Tag,
                                      ContextKind::PullRequest, ContextKind::Environment}) {
      const bool wanted = scope_.contexts.empty() ||
                          std::find(scope_.contexts.begin(), scope_.contexts.end(), context) !=
                              scope_.contexts.end();
      if (wanted && (!needs_environment || context == ContextKind::Environment)) {
        out.push_back(context);
      }
    }
    return out;
  }

  [[nodiscard]] std::vector<RefKind> ref_kinds(ContextKind context) const {
    std::vector<RefKind> all;
    switch (context) {
      case ContextKind::Branch:
        all = {RefKind::Branch};
        break;
      case ContextKind::Tag:
        all = {RefKind::Tag};
        break;
      case ContextKind::PullRequest:
        all = {RefKind::PullMerge};
        break;
      case ContextKind::Environment:
        all = {RefKind::Branch, RefKind::Tag, RefKind::PullMerge};
        break;
    }
    std::erase_if(all, [&](RefKind kind) {
      const bool unwanted = !scope_.ref_kinds.empty() &&
                            std::find(scope_.ref_kinds.begin(), scope_.ref_kinds.end(), kind) ==
                                scope_.ref_kinds.end();
      return unwanted || (scope_.ref.kind == Kind::Fresh && kind == RefKind::PullMerge);
    });
    return all;
  }

  void add_context(const Identity& identity, const std::vector<std::string>& keys, Variant variant,
                   bool open) {
    std::vector<std::optional<std::string>> environments = {std::nullopt};
    if (variant.context == ContextKind::Environment && scope_.environment.kind == Kind::OneOf) {
      environments.assign(scope_.environment.values.begin(), scope_.environment.values.end());
    }
    const std::vector<RefKind> kinds = ref_kinds(variant.context);
    const bool ref_shared = text::one_of("ref", keys) || own_workflow_file(identity);
    for (const auto& environment : environments) {
      variant.environment = environment;
      if (kinds.size() > 1 && !ref_shared) {
        add_variant(identity, keys, variant, kinds, open);
        continue;
      }
      for (const RefKind kind : kinds) {
        variant.ref = kind;
        add_variant(identity, keys, variant, {}, open);
      }
    }
  }

  /// Old Enterprise Servers write `:` as it is, so both spellings are possible there.
  void add_variant(const Identity& identity, const std::vector<std::string>& keys, Variant variant,
                   const std::vector<RefKind>& free_refs, bool open) {
    build(identity, keys, variant, free_refs, open);
    if (server_ && variant.context == ContextKind::Environment) {
      variant.colon_encoded = false;
      build(identity, keys, variant, free_refs, open);
    }
  }

  [[nodiscard]] bool own_workflow_file(const Identity& identity) const {
    const auto owner = identity.bindings.find("owner");
    const auto repo = identity.bindings.find("repo");
    const bool named = owner != identity.bindings.end() && owner->second.text &&
                       repo != identity.bindings.end() && repo->second.text;
    return scope_.workflow_file && named &&
           scope_.workflow_file->starts_with(*owner->second.text + "/" + *repo->second.text + "/");
  }

  /// The value of one segment, as template.
  [[nodiscard]] static std::string segment(const std::string& key, const Variant& variant) {
    const bool immutable = variant.form == SubjectForm::Immutable;
    if (key == "repo") {
      return immutable ? "repo:<owner>@<owner_id>/<repo>@<repository_id>" : "repo:<owner>/<repo>";
    }
    if (key == "context") {
      return variant.context == ContextKind::Environment ? "environment:<environment>"
             : variant.context == ContextKind::PullRequest
                 ? "pull_request"
                 : std::string("ref:") + ref_template(variant.ref);
    }
    const std::string value = key == "repository"            ? "<owner>/<repo>"
                              : key == "repository_owner"    ? "<owner>"
                              : key == "repository_owner_id" ? "<owner_id>"
                              : key == "ref"                 ? ref_template(variant.ref)
                              : key == "job_workflow_ref"    ? workflow_ref_templates(false).front()
                                                             : "<" + key + ">";
    return key + ":" + value;
  }

  void build(const Identity& identity, const std::vector<std::string>& keys, const Variant& variant,
             const std::vector<RefKind>& free_refs, bool open) {
    WorldBuilder builder(github_classes());
    bind_all(builder, identity, variant);
    std::string subject;
    for (const std::string& key : keys) {
      subject += (subject.empty() ? "" : ":") + segment(key, variant);
    }
    if (open) {
      subject += subject.empty() ? "<rest>" : ":<rest>";
    }
    builder.bind("rest", {std::nullopt, false, true});
    builder.claim("sub", subject, variant.colon_encoded);
    add_claims(builder, identity, keys, variant, free_refs.empty());
    std::vector<World> parts = independent_parts(builder.world(), "sub");
    Shape shape{std::move(parts.front()), {}, identity.demands};
    for (std::size_t i = 1; i < parts.size(); ++i) {
      shape.choices.push_back({std::move(parts[i])});
    }
    add_choices(shape, identity, keys, variant, free_refs);
    shape.demands.insert(shape.demands.end(), scope_demands_.begin(), scope_demands_.end());
    out_.push_back(std::move(shape));
  }

  void bind_all(WorldBuilder& builder, const Identity& identity, const Variant& variant) const {
    for (const auto& [name, binding] : identity.bindings) {
      builder.bind(name, binding);
    }
    builder.bind("environment",
                 {variant.environment, scope_.environment.kind == Kind::Fresh, false});
    for (const char* name : {"branch", "tag"}) {
      builder.bind(name, {std::nullopt, scope_.ref.kind == Kind::Fresh, false});
    }
    builder.bind("workflow", {std::nullopt, scope_.workflow.kind == Kind::Fresh, false});
    const bool fresh_file = scope_.workflow_ref.kind == Kind::Fresh;
    for (const char* name : {"workflow_owner", "workflow_repo", "file"}) {
      builder.bind(name, {std::nullopt, fresh_file, false});
    }
    for (const char* name : {"workflow_branch", "workflow_tag", "workflow_sha"}) {
      builder.bind(name, {std::nullopt, fresh_file || scope_.fresh_workflow_version, false});
    }
  }

  void add_claims(WorldBuilder& builder, const Identity& identity,
                  const std::vector<std::string>& keys, const Variant& variant,
                  bool with_ref) const {
    builder.claim("repository", "<owner>/<repo>");
    builder.claim("owner", "<owner>");
    builder.claim("repository_owner_id", "<owner_id>");
    builder.claim("repository_id", "<repository_id>");
    builder.claim("context", to_string(variant.context));
    if (variant.context == ContextKind::Environment) {
      builder.claim("environment", "<environment>");
    }
    if (with_ref) {
      builder.claim("ref", ref_template(variant.ref));
    }
    if (text::one_of("job_workflow_ref", keys)) {
      builder.claim("job_workflow_ref", workflow_ref_templates(false).front());
    } else if (own_workflow_file(identity)) {
      builder.bind("workflow_file", {*scope_.workflow_file, false, false});
      builder.claim("job_workflow_ref",
                    std::string("<workflow_file>@") + ref_template(variant.ref));
    }
    builder.claim("workflow", "<workflow>");
    builder.claim("actor", "<actor>");
    builder.claim("actor_id", "<actor_id>");
  }

  void add_choices(Shape& shape, const Identity& identity, const std::vector<std::string>& keys,
                   const Variant& variant, const std::vector<RefKind>& free_refs) const {
    const auto alternative = [&](const std::string& claim, const std::string& text) {
      WorldBuilder builder(github_classes());
      bind_all(builder, identity, variant);
      builder.claim(claim, text);
      return builder.take();
    };
    if (!free_refs.empty()) {
      Choice refs;
      for (const RefKind kind : free_refs) {
        refs.push_back(alternative("ref", ref_template(kind)));
      }
      shape.choices.push_back(std::move(refs));
    }
    if (!text::one_of("job_workflow_ref", keys) && !own_workflow_file(identity)) {
      Choice files;
      for (const std::string& text : workflow_ref_templates(scope_.fresh_workflow_version)) {
        files.push_back(alternative("job_workflow_ref", text));
      }
      shape.choices.push_back(std::move(files));
    }
    shape.choices.push_back({World{}, alternative("enterprise_id", "<enterprise_id>")});
  }

  void add_scope_demands() {
    const std::pair<const char*, const ValueRule*> globs[] = {
        {"ref", &scope_.ref}, {"job_workflow_ref", &scope_.workflow_ref}};
    for (const auto& [claim, rule] : globs) {
      add_rule(*rule, [&, name = claim] { return demands_.like_one_of(name, rule->values); });
    }
    add_rule(scope_.workflow, [&] { return demands_.one_of("workflow", scope_.workflow.values); });
    if (scope_.environment.kind == Kind::Outside) {
      add_rule(scope_.environment,
               [&] { return demands_.one_of("environment", scope_.environment.values); });
    }
    if (scope_.workflow_file) {
      Pattern file = literal_pattern(*scope_.workflow_file + "@");
      file.items.push_back({ItemKind::AnyRun, 0, {}});
      scope_demands_.push_back(demands_.matches("job_workflow_ref", {file}));
    }
  }

  template <class Make>
  void add_rule(const ValueRule& rule, const Make& make) {
    if (rule.kind == Kind::OneOf) {
      scope_demands_.push_back(make());
    } else if (rule.kind == Kind::Outside) {
      scope_demands_.push_back(Demands::not_(make()));
    }
  }

  const ShapeInput& input_;
  const Scope& scope_;
  Demands& demands_;
  bool server_;
  std::vector<Term> scope_demands_;
  std::vector<Shape> out_;
};

}  // namespace

std::vector<Shape> github_shapes(const ShapeInput& input,
                                 const std::vector<SubjectTemplate>& templates, Demands& demands) {
  GithubGrammar grammar(input, demands);
  for (const Identity& identity : identities_of(input, demands)) {
    for (const SubjectTemplate& subject : templates) {
      if (subject.for_declared || !identity.declared) {
        grammar.add(identity, subject.claim_keys, subject.open);
      }
    }
  }
  return grammar.take();
}

}  // namespace muster::oidc
