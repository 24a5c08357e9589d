// What waits in the repair queue to be carried the other way. Nobody writes over it but who has just written that row: the
// backfill and the repair pass it by, and a driving row that leaves gets it first.
#include "mapping/claims.hpp"

namespace segue::mapping {

using sql::build;
using sql::Literal;

namespace {

std::vector<std::string> key_names(const Resolved& table) {
  std::vector<std::string> names;
  for (const auto& column : table.key) names.push_back(column.name);
  return names;
}

Sql text(const std::string& word) { return build("{}"_sql, Literal{word}); }

// The row that the trigger is called for waits itself, or one of its keys does.
Sql own_waits(const Derivation& derivation, const Flow& flow) {
  return build("{} or exists (select 1 from jsonb_array_elements(segue_keys) k where {})"_sql,
               open_entry(derivation, text(flow.direction), "segue_own"_sql),
               open_entry(derivation, text("into " + flow.direction), "array(select jsonb_array_elements_text(k.value))"_sql));
}

// One of the target rows claims the row that the trigger is called for.
Sql claimed_back(const Flow& flow, const Flow& back) {
  std::vector<Sql> key;
  for (std::size_t i = 0; i < back.key.size(); ++i) key.push_back(build("c.{}::text"_sql, claim_column('k', i)));
  return build("exists (select 1 from ({}) c where jsonb_build_array({}) = segue_home -> 0)"_sql,
               claims(back, build("{} in {}"_sql, target_key(flow, "segue_row"), keys_in(flow, Keys::several))), sql::join(key, ", "_sql));
}

}  // namespace

Sql target_waits(const Derivation& derivation, const Flow& flow, std::string_view alias) {
  return open_entry(derivation, text(opposite(derivation, flow).direction), text_array(key_names(flow.target), alias));
}

Sql source_waits(const Derivation& derivation, const Flow& flow, std::string_view alias) {
  const auto& back = opposite(derivation, flow);
  return open_entry(derivation, text("into " + back.direction), text_array(stored_names(back.key), alias));
}

Sql heed_name(const Derivation& derivation, const Flow& flow) {
  return build("segue.{}"_sql, sql::Ident{named("heed " + flow.direction, derivation.plan, derivation.name)});
}

Sql create_heed(const Derivation& derivation, const Flow& flow) {
  const auto& back = opposite(derivation, flow);
  const auto body = build("{}  if not exists (select 1 from {} x where {} in {} and {}) then return true; end if;\n"
                          "  if {} then return false; end if;\n  if {} then perform {}(segue_home, segue_kept, 'change'); end if;\n  return true;\n"_sql,
                          lock_rows(flow, Keys::several), flow.target.table, target_key(flow, "x"), keys_in(flow, Keys::several),
                          target_waits(derivation, flow, "x"), own_waits(derivation, flow), claimed_back(flow, back), carry_name(derivation, back));
  return build("create or replace function {}(segue_keys jsonb, segue_own text[], segue_home jsonb, segue_kept boolean[]) returns boolean\n"
               "language plpgsql security definer set search_path = {}, pg_temp {} set lock_timeout = {} as {}\n"
               "#variable_conflict use_column\nbegin\n{}end {}"_sql,
               heed_name(derivation, flow), sql::Ident{derivation.schema}, by_index, patience(derivation, flow), dollar_quote(body), body, dollar_quote(body));
}

}  // namespace segue::mapping
