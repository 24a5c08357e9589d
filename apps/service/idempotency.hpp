// A retry after a lost answer must not do it twice.
// Does: turn the client's Idempotency-Key into the id of the row it makes, so that a repetition meets its own row, in every phase
//       and without a table. Does not: look it up (the statement does that makes the row).
#pragma once
#include <string>
#include <string_view>

namespace segue::service {

// 1 to 200 visible ASCII characters.
bool is_idempotency_key(std::string_view key);
// A UUID (version 8) of the key and of who uses it: two clients may have the same key.
std::string id_of_key(std::string_view key, std::string_view client);

}  // namespace segue::service
