#include "checks/host/deploy_state.h"

#include "checks/policy/values.h"
#include "checks/text/tree.h"

namespace muster::host {
namespace {

bool is_hex(std::string_view text, std::size_t size) {
  return text.size() == size &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

void read_members(const std::string& json, const IntentState& declared, DeployState& state) {
  const auto tree = text::parse_json(json, state.where.source);
  if (!tree) {
    state.defect = "is no JSON: " + tree.error().message;
    return;
  }
  const text::Node root = tree.value().root();
  if (!root.is(text::Type::Mapping)) {
    state.defect = "is no JSON object";
    return;
  }
  state.current = encoded(root.string_under(declared.current));
  state.previous = encoded(root.string_under(declared.previous));
  if (state.current.empty()) {
    state.defect = "does not say what runs: `" + declared.current + "` is no text in it";
  }
}

}  // namespace

DeployState read_state(const Host& host, const IntentState& declared) {
  const std::string path = encoded(declared.path);
  DeployState state;
  const PathAnswer answer = look_at(host, path);
  state.where = answer.where;
  if (answer.fact == nullptr) {
    state.unknown = answer.unknown;
    return state;
  }
  if (answer.fact->kind != PathKind::File) {
    state.defect = std::string("is ") + to_words(answer.fact->kind);
    return state;
  }
  state.unknown = gap_in(*host.facts, path);
  const auto content = host.facts->states.find(path);
  if (state.unknown.empty() && content == host.facts->states.end()) {
    state.unknown = "the facts do not tell what is in `" + path + "`; ask for it with `--state`";
  }
  if (!state.unknown.empty()) {
    return state;
  }
  const auto json = policy::decode_base64(content->second);
  if (json) {
    read_members(*json, declared, state);
  } else {
    state.unknown = "what the facts hold of `" + path + "` is no base64";
  }
  return state;
}

bool is_immutable(std::string_view version) {
  constexpr std::string_view kDigest = "sha256:";
  constexpr std::size_t kSha1 = 40;
  constexpr std::size_t kSha256 = 64;
  const std::size_t at = version.rfind(kDigest);
  if (at != std::string_view::npos) {
    return (at == 0 || version[at - 1] == '@') &&
           is_hex(version.substr(at + kDigest.size()), kSha256);
  }
  return is_hex(version, kSha1) || is_hex(version, kSha256);
}

}  // namespace muster::host
