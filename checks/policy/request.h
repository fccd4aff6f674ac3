// Reads one request of `muster policy eval`: the policies around it and the request itself.
#pragma once

#include "checks/policy/stack.h"
#include "checks/text/tree.h"

namespace muster::policy {

struct Case {
  Stack stack;
  Request request;
};

/// `{"policies":{"identity":[…],"resource":{…},"boundary":{…},"session":{…},"scp":[[…]],"rcp":[[…]]},
/// "request":{"principal":"arn…","action":"s3:GetObject","resource":"arn…","resource_account":"111122223333",
/// "context":{"aws:SourceIp":"10.0.0.1","aws:TagKeys":["a","b"]}}}`. Each layer may be left out;
/// the first four may be one document or a list. `"unknown"` in the place of a layer, a level or a
/// document says that it is not known. `resource` defaults to `*`. Other members beside
/// these two are ignored; unknown names inside them are errors.
[[nodiscard]] Result<Case> read_case(const text::Node& node);

/// The object of `policies` alone.
[[nodiscard]] Result<Stack> read_stack(const text::Node& node);

/// A context object: key -> text, or list of texts (then the key is multivalued). Booleans and
/// numbers count as their text.
[[nodiscard]] Result<std::map<std::string, ContextValue>> read_context(const text::Node& node);

}  // namespace muster::policy
