#include "mapping/fingerprint.hpp"

#include "mapping/claims.hpp"

namespace segue::mapping {

using sql::build;

namespace {

Sql entry_key() { return "segue_q.key"_sql; }

Sql claim_row(const Flow& flow) {
  auto list = claim_columns('p', flow.source.key.size(), "c") + ", "_sql + claim_columns('k', flow.key.size(), "c");
  if (!flow.set.empty()) list += ", "_sql + claim_columns('s', flow.set.size(), "c");
  return list;
}

Sql target_row(const Flow& flow) {
  auto names = stored_names(flow.key);
  for (const auto& name : stored_names(flow.set)) names.push_back(name);
  return text_array(names, "x");
}

Sql hashed(const Sql& text) { return build("hashtextextended({}, 0)"_sql, text); }

// A driving or derived row: its claims, and the rows they are about.
Sql of_source(const Flow& flow) {
  const auto rows = claims(flow, is_key(flow.source, "segue_row", entry_key()));
  return build("(select {} from ({}) c left join {} x on {})"_sql,
               hashed(build("coalesce(string_agg(row({}, {})::text, ' ' order by row({}, {})::text), '')"_sql, claim_row(flow), target_row(flow), claim_row(flow), target_row(flow))),
               rows, flow.target.table, is_target(flow, "x", "c"));
}

// A key: what claims it, and the row that has it.
Sql of_target(const Flow& flow) {
  const auto claimed = build("(select string_agg(row({})::text, ' ' order by row({})::text) from ({}) c)"_sql, claim_row(flow), claim_row(flow), claims_on(flow, entry_key()));
  const auto there = build("(select {}::text from {} x where {} = {})"_sql, target_row(flow), flow.target.table, target_key(flow, "x"), one_key(flow, entry_key()));
  return build("(select {})"_sql, hashed(build("coalesce({}, '') || '|' || coalesce({}, '')"_sql, claimed, there)));
}

}  // namespace

std::vector<Fingerprint> fingerprints(const Resolved& mapping) {
  std::vector<std::string> columns;
  for (const auto* side : {&mapping.to_new, &mapping.to_old})
    for (const auto& column : side->columns) columns.push_back(column.stored);
  return {{"{new,old,both}", build("(select {} from {} x where {})"_sql, row_hash(columns, "x"), mapping.table, is_key(mapping, "x", entry_key()))}};
}

// The columns that a retired way forward reads have other names: its entries stay as they were accepted.
std::vector<Fingerprint> fingerprints(const Derivation& derivation) {
  std::vector<Fingerprint> all{{"{old}", of_source(derivation.to_old)}, {"{into old}", of_target(derivation.to_old)}};
  if (derivation.retired) return all;
  all.push_back({"{new}", of_source(derivation.to_new)});
  all.push_back({"{into new}", of_target(derivation.to_new)});
  return all;
}

}  // namespace segue::mapping
