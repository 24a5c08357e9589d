#include "journal/repairs.hpp"

namespace segue::journal {

std::int64_t open_repairs(pg::Connection& db, const std::string& plan, const std::string& mapping) {
  return db.run("journal.open_repairs", R"sql(
    select count(distinct (mapping, key)) from segue.repairs
    where plan = $1 and ($2 = '' or mapping = $2) and "resolvedAt" is null and "acceptedAt" is null and reason not like 'reverted: %')sql"_sql, {plan, mapping}).integer();
}

std::int64_t accepted_repairs(pg::Connection& db, const std::string& plan, const std::string& mapping) {
  return db.run("journal.accepted_repairs", R"sql(
    select count(*) from (select from segue.repairs where plan = $1 and ($2 = '' or mapping = $2) and "resolvedAt" is null
                          group by mapping, key having bool_and("acceptedAt" is not null)) rows)sql"_sql, {plan, mapping}).integer();
}

std::vector<RepairGroup> repair_groups(pg::Connection& db, const std::string& plan) {
  const auto rows = db.run("journal.repair_groups", R"sql(
    select mapping, direction, reason, min(array_to_string(key, '/')), count(*), count(*) filter (where accepted) from (
      select mapping, direction, reason, key, bool_and("acceptedAt" is not null) as accepted from segue.repairs
      where plan = $1 and "resolvedAt" is null group by 1, 2, 3, 4) entries
    group by 1, 2, 3 order by 5 desc limit 50)sql"_sql, {plan});
  std::vector<RepairGroup> groups;
  for (int row = 0; row < rows.rows(); ++row)
    groups.push_back({rows.text(row, 0), rows.text(row, 1), rows.text(row, 2), rows.text(row, 3), rows.integer(row, 4), rows.integer(row, 5)});
  return groups;
}

RepairList repair_entries(pg::Connection& db, const std::string& plan, const RepairFilter& filter, bool accepted, std::int64_t most) {
  const auto rows = db.run("journal.repair_entries", R"sql(
    select mapping, row, direction, reason, to_char(min(at) at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"'),
           coalesce(max("acceptedBy"), ''), coalesce(max("acceptedFor"), ''),
           coalesce(to_char(max("acceptedAt") at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"'), ''), count(*) over ()
    from (select *, array_to_string(key, '/') as row, "acceptedAt" is not null as accepted from segue.repairs) q
    where plan = $1 and "resolvedAt" is null and ($2 = '' or mapping = $2) and ($3 = '' or row = $3) and ($4 = '' or direction = $4)
      and ($5 = '' or reason = $5) and ($6::boolean or not accepted)
    group by mapping, key, row, direction, reason, accepted order by min(id) limit $7::bigint)sql"_sql,
    {plan, filter.mapping, filter.key, filter.side, filter.reason, accepted, most});
  RepairList list;
  for (int row = 0; row < rows.rows(); ++row)
    list.entries.push_back({rows.text(row, 0), rows.text(row, 1), rows.text(row, 2), rows.text(row, 3), rows.text(row, 4), rows.text(row, 5),
                            rows.text(row, 6), rows.text(row, 7)});
  if (!rows.empty()) list.left_out = rows.integer(0, 8) - rows.rows();
  return list;
}

}  // namespace segue::journal
