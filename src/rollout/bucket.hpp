// Sticky buckets: flagd's `fractional`, version 2.
// Does: the same answer in every process and language: MurmurHash3_x86_32 of flag key + targeting key
//       (UTF-8 bytes, seed 0), times 100, shifted down by 32. Monotone in the percentage.
// Does not: know flags or the database. Pure. Never change it inside a migration: clients would jump sides.
#pragma once
#include <string_view>
#include <cstdint>

namespace segue::rollout {

std::uint32_t hash_of(std::string_view flag_key, std::string_view targeting_key);
// 0..99
int bucket_of(std::string_view flag_key, std::string_view targeting_key);
// percent 0..100. An empty targeting key has no bucket: on only at 100.
bool is_on(std::string_view flag_key, std::string_view targeting_key, int percent);

}  // namespace segue::rollout
