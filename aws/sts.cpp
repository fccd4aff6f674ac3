#include "aws/sts.h"

#include <algorithm>
#include <charconv>

#include "aws/time.h"

namespace muster::aws {
namespace {

constexpr Service kSts{.id = "sts",
                       .protocol = Protocol::Query,
                       .version = "2011-06-15",
                       .host = "sts",
                       .fips_host = "sts-fips",
                       .dual_stack_host = "sts"};

/// The portal is asked without a signature.
constexpr Service kSso{.id = "sso",
                       .protocol = Protocol::RestJson,
                       .host = "portal.sso",
                       .signing_name = "awsssoportal"};

constexpr CredentialNames kStsNames{"AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"};

Value role_input(const Client& client, const RoleRequest& role) {
  const auto now = client.config().system().clock().now().time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now).count();
  Value input = object_value({{"RoleArn", text_value(role.role_arn)}});
  input.set("RoleSessionName",
            text_value(role.session_name.empty() ? "muster-" + std::to_string(seconds)
                                                 : role.session_name));
  if (!role.external_id.empty()) {
    input.set("ExternalId", text_value(role.external_id));
  }
  if (role.duration) {
    input.set("DurationSeconds", number_value(*role.duration));
  }
  return input;
}

Result<Credentials> session_of(const Client& client, const Call& call, const RoleRequest& role) {
  const Answer answer = client.call(call);
  if (!answer.ok()) {
    return to_error(answer.error());
  }
  return credentials_from(*answer.value().find("Credentials"), kStsNames, "role " + role.role_arn);
}

}  // namespace

Result<Identity> caller_identity(const Client& client) {
  const Answer answer = client.call(
      {.service = kSts, .action = "GetCallerIdentity", .expects = {"Account", "Arn", "UserId"}});
  if (!answer.ok()) {
    return to_error(answer.error());
  }
  const Value& value = answer.value();
  Identity identity{value.text_of("Account"), value.text_of("Arn"), value.text_of("UserId")};
  if (identity.account.size() != 12 ||
      identity.account.find_first_not_of("0123456789") != std::string::npos) {
    return Error{
        ErrorCode::Unreadable, "sts GetCallerIdentity: the account is no twelve digits", {}};
  }
  return identity;
}

Result<Credentials> assume_role(const Client& client, const RoleRequest& role) {
  return session_of(client,
                    {.service = kSts,
                     .action = "AssumeRole",
                     .input = role_input(client, role),
                     .expects = {"Credentials"}},
                    role);
}

Result<Credentials> assume_role_with_web_identity(const Client& client, const RoleRequest& role,
                                                  const net::Secret& token) {
  Value input = role_input(client, role);
  input.set("WebIdentityToken", text_value(token.reveal()));
  return session_of(client,
                    {.service = kSts,
                     .action = "AssumeRoleWithWebIdentity",
                     .input = std::move(input),
                     .expects = {"Credentials"},
                     .anonymous = true},
                    role);
}

Result<Credentials> sso_role_credentials(const Client& client, const SsoRole& role,
                                         const net::Secret& token) {
  const Answer answer =
      client.call({.service = kSso,
                   .action = "GetRoleCredentials",
                   .input = object_value({{"role_name", text_value(role.name)},
                                          {"account_id", text_value(role.account)}}),
                   .expects = {"roleCredentials.expiration"},
                   .method = "GET",
                   .path = "/federation/credentials",
                   .headers = {{"x-amz-sso_bearer_token", token.reveal()}},
                   .anonymous = true});
  if (!answer.ok()) {
    return to_error(answer.error());
  }
  Value keys = *answer.value().find("roleCredentials");
  // Here alone the end is a number: milliseconds since 1970.
  const std::string written = keys.text_of("expiration");
  long long milliseconds = 0;
  std::from_chars(written.data(), written.data() + written.size(), milliseconds);
  keys.set("expiration", text_value(iso_date(net::WallTime(net::Milliseconds(milliseconds)))));
  return credentials_from(
      keys, {"accessKeyId", "secretAccessKey", "sessionToken", "expiration"},
      "role " + role.name + " of account " + role.account + " by IAM Identity Center");
}

Result<Credentials> credentials_from(const Value& value, const CredentialNames& names,
                                     const std::string& source) {
  Credentials credentials{value.text_of(names.key_id),
                          net::Secret(value.text_of(names.secret)),
                          net::Secret(value.text_of(names.token)),
                          {},
                          source};
  for (const std::string_view name : {names.key_id, names.secret}) {
    if (value.text_of(name).empty()) {
      return Error{ErrorCode::Unreadable,
                   source + ": there is no `" + std::string(name) + "` in the answer",
                   {}};
    }
  }
  const std::string expires = value.text_of(names.expires);
  if (!expires.empty()) {
    credentials.expires = parse_iso_date(expires);
    if (!credentials.expires) {
      return Error{
          ErrorCode::Unreadable, source + ": `" + std::string(names.expires) + "` is no date", {}};
    }
  }
  return credentials;
}

}  // namespace muster::aws
