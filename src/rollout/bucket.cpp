#include "rollout/bucket.hpp"

#include <murmurhash.h>

#include <string>

namespace segue::rollout {

std::uint32_t hash_of(std::string_view flag_key, std::string_view targeting_key) {
  std::string bucket_by(flag_key);
  bucket_by += targeting_key;
  std::uint32_t hash = 0;
  lmmh_x86_32(bucket_by.data(), static_cast<unsigned>(bucket_by.size()), 0, &hash);
  return hash;
}

int bucket_of(std::string_view flag_key, std::string_view targeting_key) {
  return static_cast<int>((std::uint64_t{hash_of(flag_key, targeting_key)} * 100) >> 32);
}

bool is_on(std::string_view flag_key, std::string_view targeting_key, int percent) {
  if (percent <= 0) return false;
  if (percent >= 100) return true;
  return !targeting_key.empty() && bucket_of(flag_key, targeting_key) < percent;
}

}  // namespace segue::rollout
