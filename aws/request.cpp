// A call in the form that its protocol wants.
// Source: botocore, serialize.py; Smithy, "AWS query protocol", "EC2 query
// protocol", "AWS JSON".
#include "aws/call.h"
#include "net/url.h"

namespace muster::aws {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// A part of the input that still has to be written, with its name.
struct Pending {
  std::string name;
  const Value* value;
};

/// `Filter=[{Name: a, Values: [b]}]` as `Filter.1.Name=a` and so on; Query
/// services put `.member` between a list and its number.
Pairs flattened(const Value& input, std::string_view list_infix) {
  Pairs pairs;
  std::vector<Pending> open{{"", &input}};
  while (!open.empty()) {
    const Pending at = std::move(open.back());
    open.pop_back();
    const Value& value = *at.value;
    const std::string prefix = at.name.empty() ? "" : at.name + ".";
    if (value.kind != Value::Kind::List && value.kind != Value::Kind::Object) {
      pairs.emplace_back(at.name, value.text);
    }
    for (std::size_t i = value.items.size(); i > 0; --i) {
      open.push_back(
          {at.name + std::string(list_infix) + "." + std::to_string(i), &value.items[i - 1]});
    }
    for (auto member = value.members.rbegin(); member != value.members.rend(); ++member) {
      open.push_back({prefix + member->name, &member->value});
    }
  }
  return pairs;
}

std::string encoded(const Pairs& pairs) {
  std::string out;
  for (const auto& [name, value] : pairs) {
    out +=
        (out.empty() ? "" : "&") + net::percent_encoded(name) + "=" + net::percent_encoded(value);
  }
  return out;
}

void write_form(const Call& call, std::string_view list_infix, net::Request& request) {
  Pairs pairs{{"Action", std::string(call.action)}, {"Version", std::string(call.service.version)}};
  for (auto& pair : flattened(call.input, list_infix)) {
    pairs.push_back(std::move(pair));
  }
  request.body = encoded(pairs);
  request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"});
}

void write_json(const Call& call, std::string_view version, net::Request& request) {
  request.body = to_json(call.input, Layout::Compact);
  request.headers.push_back({"Content-Type", "application/x-amz-json-" + std::string(version)});
  request.headers.push_back(
      {"X-Amz-Target", std::string(call.service.version) + "." + std::string(call.action)});
}

void write_rest(const Call& call, net::Request& request) {
  request.method = call.method;
  if (call.input.members.empty()) {
    return;
  }
  if (call.method == "GET" || call.service.protocol == Protocol::RestXml) {
    request.url += "?" + encoded(flattened(call.input, ""));
  } else {
    request.body = to_json(call.input, Layout::Compact);
    request.headers.push_back({"Content-Type", "application/json"});
  }
}

}  // namespace

net::Request request_of(const Call& call, const Endpoint& endpoint) {
  net::Request request;
  request.method = "POST";
  request.url = endpoint.url + call.path;
  if (!call.host_prefix.empty() && !endpoint.custom) {
    request.url.insert(std::string_view("https://").size(), call.host_prefix);
  }
  request.headers = call.headers;
  request.reach = endpoint.custom ? net::Reach::Endpoint : net::Reach::Public;
  request.label = std::string(call.service.id) + " " + std::string(call.action);
  switch (call.service.protocol) {
    case Protocol::Query:
      write_form(call, ".member", request);
      break;
    case Protocol::Ec2:
      write_form(call, "", request);
      break;
    case Protocol::Json10:
      write_json(call, "1.0", request);
      break;
    case Protocol::Json11:
      write_json(call, "1.1", request);
      break;
    case Protocol::RestXml:
    case Protocol::RestJson:
      write_rest(call, request);
      break;
  }
  return request;
}

}  // namespace muster::aws
