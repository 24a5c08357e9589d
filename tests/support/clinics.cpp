#include "support/clinics.hpp"

#include "base/text.hpp"

namespace segue::tests {

namespace {

const std::string folder = SEGUE_SOURCE_DIR "/tests/scenario/derived-rows";

plan::Plan plan_of(const std::string& yaml) {
  return yaml.empty() ? plan::load(folder + "/plan") : plan::parse(folder + "/plan/plan.yaml", yaml, folder + "/plan");
}

}  // namespace

Clinics::Clinics(const sql::Sql& change, const std::string& yaml)
    : Staged(plan_of(yaml), "dual-write", read_file(folder + "/schema.sql") + ";truncate clinics, users, patients, appointments;"
             "insert into clinics values ('c1', 'one'), ('c2', 'two'), ('c3', 'three');" + change.text()) {}

}  // namespace segue::tests
