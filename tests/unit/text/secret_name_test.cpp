#include "checks/text/secret_name.h"

#include <doctest/doctest.h>

namespace muster::text {
namespace {

TEST_CASE("names of settings that hold a secret") {
  for (const char* name :
       {"PASSWORD", "DB_PASSWORD", "db-password", "jwtSecret", "JWT_SECRET", "SECRET_KEY_BASE",
        "API_KEY", "apiKey", "STRIPE_API_KEY", "stripe.apikey", "GITHUB_TOKEN", "SENTRY_DSN",
        "AWS_SECRET_ACCESS_KEY", "DB_PWD", "TLS_PRIVATE_KEY", "/shop/prod/JWT_SECRET",
        "/shop/prod/db/password", "PASSWORD_SALT"}) {
    CAPTURE(name);
    CHECK(names_secret(name));
  }
}

TEST_CASE("names that only speak of one") {
  for (const char* name : {"",
                           "/",
                           "_",
                           "PORT",
                           "PWD",
                           "MAX_TOKENS",
                           "TOKENS",
                           "TOKEN_TTL",
                           "TOKEN_URL",
                           "SECRET_ARN",
                           "SECRET_NAME",
                           "DB_PASSWORD_FILE",
                           "API_KEY_ID",
                           "AWS_ACCESS_KEY_ID",
                           "PUBLIC_KEY",
                           "NEXT_PUBLIC_TOKEN",
                           "KEYBOARD",
                           "SECRETARY",
                           "TOKENIZER",
                           "PASSWORD_MIN_LENGTH",
                           "CACHE_KEY",
                           "/shop/secrets/region",
                           "/password/hint-url",
                           "secretsManager"}) {
    CAPTURE(name);
    CHECK_FALSE(names_secret(name));
  }
}

}  // namespace
}  // namespace muster::text
