// The three ways in which a statement can be written while the data model changes, and for whom it runs.
// Does: say which form is tried when; the queries that open a transaction for one clinic; the stages of the migration.
// Does not: send anything. Pure.
#pragma once
#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "pg/pipeline.hpp"
#include "service/variant.hpp"

namespace segue::clinic {

// old_model: old columns only, as the old application. bridged: the new model, and for each row that is not migrated yet the old
// one. new_model: new columns only, when the old ones are gone.
enum class Form { old_model, bridged, new_model };
service::Variant variant_of(Form form);
// Which forms to try, the next one where tables or columns of the one before do not exist.
std::vector<Form> forms_for(service::Variant variant, bool old_is_gone);

// Whom a call is for. The database lets nobody in without the clinic's token, and shows that clinic's rows only.
struct Caller { std::string clinic, token_hash; };
std::vector<pg::Query> enter(const Caller& caller);
bool is_refused(const Error& error);                             // the clinic or its token is wrong

// What the database has of one area: appointments, doctors or patients.
struct Sides { bool old_side = false, new_side = false, linked = false; };  // linked: triggers keep both equal
inline constexpr std::array<std::string_view, 6> all_stages{"off", "dualwrite", "shadow", "live", "rampdown", "complete"};
// "off", "dualwrite", "shadow" (some read the new side; answers of both are compared), "live" (all read it, and it is compared),
// "rampdown" (it is written, too), "complete" (the old side is gone).
std::string_view stage_of(int read_percent, int write_percent, const Sides& sides);
// Whether a read asks both sides and compares.
bool compares(int read_percent, int write_percent);

}  // namespace segue::clinic
