#include <doctest/doctest.h>

#include "base/error.hpp"
#include "pg/connection.hpp"

using namespace segue;

TEST_CASE("a server before PostgreSQL 13 is refused by its name, 13 and later are not") {
  for (const int version : {130000, 130021, 150020, 180000}) CHECK_NOTHROW(pg::require_supported(version));
  const auto refused = [](int version) {
    try {
      pg::require_supported(version);
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::unsupported_server);
      CHECK_FALSE(error.hint().empty());
      return error.message();
    }
    return std::string();
  };
  CHECK(refused(129999) == "the server is PostgreSQL 12; segue needs 13 or later");
  CHECK(refused(100023) == "the server is PostgreSQL 10; segue needs 13 or later");
  CHECK(refused(90624) == "the server is PostgreSQL 9.6; segue needs 13 or later");
}
