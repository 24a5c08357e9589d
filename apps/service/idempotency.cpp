#include "service/idempotency.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace segue::service {

bool is_idempotency_key(std::string_view key) {
  return !key.empty() && key.size() <= 200 && std::all_of(key.begin(), key.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

std::string id_of_key(std::string_view key, std::string_view client) {
  auto hex = sha256_hex(fmt::format("{}\n{}", key, client));
  hex[12] = '8';
  hex[16] = "89ab"[hex[16] % 4];
  const std::string_view text = hex;
  return fmt::format("{}-{}-{}-{}-{}", text.substr(0, 8), text.substr(8, 4), text.substr(12, 4), text.substr(16, 4), text.substr(20, 12));
}

}  // namespace segue::service
