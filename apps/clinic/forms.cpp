#include "clinic/forms.hpp"

namespace segue::clinic {

using service::Variant;

Variant variant_of(Form form) { return form == Form::old_model ? Variant::old_model : Variant::new_model; }

std::vector<Form> forms_for(Variant variant, bool old_is_gone) {
  if (variant == Variant::old_model) return {Form::old_model, Form::new_model};
  if (old_is_gone) return {Form::new_model, Form::bridged, Form::old_model};
  return {Form::bridged, Form::new_model, Form::old_model};
}

std::vector<pg::Query> enter(const Caller& caller) {
  std::vector<pg::Query> queries;
  queries.push_back({"clinic.role", "select set_config('role', 'clinic_service', true)"_sql, {}});
  queries.push_back({"clinic.enter", "select clinic_enter($1, $2)"_sql, {caller.clinic, caller.token_hash}});
  return queries;
}

bool is_refused(const Error& error) { return error.sqlstate() == "CL401"; }

std::string_view stage_of(int read_percent, int write_percent, const Sides& sides) {
  if (!sides.old_side) return "complete";
  if (!sides.new_side || !sides.linked) return "off";
  if (read_percent == 0) return "dualwrite";
  if (read_percent < 100) return "shadow";
  return write_percent == 0 ? "live" : "rampdown";
}

bool compares(int read_percent, int write_percent) { return read_percent > 0 && (read_percent < 100 || write_percent == 0); }

}  // namespace segue::clinic
