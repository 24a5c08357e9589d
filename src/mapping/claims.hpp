// The claims of a flow as SQL: rows of its source, with key, birth and set columns of the target row each of them stands for.
// Private to mapping/.
#pragma once
#include "mapping/derive.hpp"
#include "mapping/expressions.hpp"

namespace segue::mapping {

const Flow& opposite(const Derivation& derivation, const Flow& flow);
Sql carry_name(const Derivation& derivation, const Flow& flow);  // segue."carry new PLAN MAPPING"

// The columns of a claim: segue_p1.. the source row's key, segue_k1.. the target's, segue_i1.. birth, segue_s1.. set; where a value
// is used, on the new side segue_u1..: nobody has read the text yet; on the old side segue_n1..: what the text is to mean.
Sql claim_column(char kind, std::size_t i);
Sql claim_columns(char kind, std::size_t count, std::string_view alias);       // "c.segue_k1, c.segue_k2"
Sql claim_array(char kind, std::size_t count, std::string_view alias);         // array[c.segue_k1::text, ...]
Sql claims(const Flow& flow, const Sql& condition, const Sql& more = {});      // "select ... from the source ... where ..."; more: ", ..." of segue_row
// Which keys: those of the variable segue_keys, a jsonb array of arrays of texts; the only one in it (the planner is to know that
// it is one: else it reads the table); the one in $1, text[]; one of which the planner knows nothing.
enum class Keys { several, one, parameter, unknown };
Sql claims_in(const Flow& flow, Keys keys, const Sql& more = {});              // those on one of the keys
Sql claims_of_record(const Flow& flow, const std::string& record);             // of a trigger's row "new" or "old": keys alone

Sql target_key(const Flow& flow, std::string_view alias);        // (x."clinicId", x."globalDoctorId")
Sql keys_in(const Flow& flow, Keys keys);                        // (select ...), in the types of the target's key
Sql one_key(const Flow& flow, const Sql& key = "$1::text[]"_sql);  // a text[] with the target's key, typed, as keys_in gives it
Sql claims_on(const Flow& flow, const Sql& key);                 // those on that one key
Sql is_target(const Flow& flow, std::string_view alias, std::string_view claim);   // x."clinicId" = c.segue_k1 and ...
// A column that holds a text differs only if the text means something else than the derived row says: there are many texts for it.
Sql column_differs(const Derivation& derivation, const Flow& flow, std::size_t i, std::string_view alias, std::string_view claim);
Sql any_differs(const Derivation& derivation, const Flow& flow, std::string_view alias, std::string_view claim);
// For a carry: every column; the same, but what is made from a text that nobody has read yet keeps what it has.
Sql all_columns(const Flow& flow);
Sql columns_once_read(const Flow& flow);
// insert into segue.value_seen what the map does not know; `rows`: a query of the text and the driving row's key.
Sql queue_texts(const Derivation& derivation, const std::string& value, const Sql& rows);
Sql key_is_null(const Flow& flow, std::string_view alias);

// Columns of a table's key or of a flow's target, as text[].
Sql text_array(const std::vector<std::string>& columns, std::string_view alias);
std::vector<std::string> stored_names(const std::vector<FlowColumn>& columns);

// insert into segue.repairs; `keys`: a query of one column, text[]. A trigger records in any case: an open entry may be one that a
// repair has just settled, by what it saw before. `unless_open`: not again what only a later look at the row would say again.
Sql record(const Derivation& derivation, const std::string& direction, const Sql& reason, const Sql& keys, const Sql& unless_open = "false"_sql);
Sql open_entry(const Derivation& derivation, const Sql& direction, const Sql& key, const Sql& more = {});  // condition

// Settings of a function that looks a few keys up. The planner takes a list of keys for a hundred rows, and one key of an expression that
// nobody has analyzed for every two-hundredth row: it would rather read a large table's whole index, for each write.
inline const auto by_index = "set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off"_sql;

// ---- carry.cpp
Sql lock_rows(const Flow& flow, Keys keys);
Sql patience(const Derivation& derivation, const Flow& flow);

// ---- waiting.cpp. Conditions: what was written on the flow's other side could not be carried here yet; `alias`: a target row, a source row.
Sql target_waits(const Derivation& derivation, const Flow& flow, std::string_view alias);
Sql source_waits(const Derivation& derivation, const Flow& flow, std::string_view alias);
// segue."heed ..."(keys of the target, the row's own key, its key as a target of the way back, columns it did not just write): locks the
// target rows, and lets the row have what waits there. False if something waits on both sides: that is nobody's decision to make here.
Sql heed_name(const Derivation& derivation, const Flow& flow);
Sql create_heed(const Derivation& derivation, const Flow& flow);

}  // namespace segue::mapping
