// Several clinics in one database on the way through tests/scenario/derived-rows; the steps of phase dual-write run on demand.
#pragma once
#include "support/staged.hpp"

namespace segue::tests {

class Clinics : public Staged {
 public:
  // `change`: run on the empty schema, before the journal is there; `yaml`: another text of plan.yaml.
  explicit Clinics(const sql::Sql& change = {}, const std::string& yaml = {});
};

}  // namespace segue::tests
