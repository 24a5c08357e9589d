// The plan's limits: what stands in for a budget that is not named, and what takes it away.
#include "plan_support.hpp"

using namespace plan_test;

namespace {

segue::plan::Limits limits_of(const std::string& limits) {
  return segue::plan::parse("plan.yaml", "plan: p\nlimits: " + limits + "\nphases: [{name: a, steps: [{rollout: f, to: [100%]}]}]\n", ".").limits;
}

constexpr std::int64_t gigabyte = 1 << 30;

}  // namespace

TEST_CASE("budgets that are not named have sane defaults; the disk's is up to the plan") {
  const auto limits = limits_of("{lock timeout: 50ms}");
  CHECK(limits.replica_lag == std::chrono::minutes(1));
  CHECK(limits.replica_backlog == gigabyte);
  CHECK(limits.slot_backlog == 4 * gigabyte);
  CHECK(limits.archive_backlog == 4 * gigabyte);
  CHECK(limits.oldest_xmin == 10'000'000);
  CHECK(limits.disk_reserve == gigabyte);
  CHECK_FALSE(limits.disk);
}

TEST_CASE("each budget is read with its unit, and none takes it away") {
  const auto limits = limits_of("{replica lag: 10s, replica backlog: 64MB, slot backlog: none, archive backlog: 512kB, oldest xmin: 1000, disk: 2TB, disk reserve: none}");
  CHECK(limits.replica_lag == std::chrono::seconds(10));
  CHECK(limits.replica_backlog == 64 * gigabyte / 1024);
  CHECK_FALSE(limits.slot_backlog);
  CHECK(limits.archive_backlog == 512 * 1024);
  CHECK(limits.oldest_xmin == 1000);
  CHECK(limits.disk == 2048 * gigabyte);
  CHECK_FALSE(limits.disk_reserve);
}
