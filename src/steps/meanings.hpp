// What the texts of one value mean: by a person's decision, else by the plan's, else by its reader or its SQL expression.
// Does: read texts and store them in the value map. Does not: touch the rows that hold them (heal.hpp).
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "pg/connection.hpp"
#include "plan/plan.hpp"
#include "values/reader.hpp"

namespace segue::steps {

struct Meant { std::optional<std::string> meaning; std::string rule, certainty, decided_by; };

class Meanings {
 public:
  // With the decisions that stand now, if there is a journal.
  Meanings(pg::Connection& db, const plan::Plan& plan, const plan::ValueDef& value);
  // An expression is asked in a savepoint: then the caller has a transaction open.
  Meant of(const std::string& raw) const;
  // The same without what people decided.
  Meant read(const std::string& raw) const;

 private:
  Meant computed(const std::string& raw) const;

  pg::Connection& db_;
  const plan::ValueDef& value_;
  std::unique_ptr<const values::Reader> reader_;
  std::map<std::string, std::string> by_plan_;
  struct Person { std::string meaning, name; };
  std::map<std::string, Person> by_people_;
};

// `counted`: rows that hold it, of a profile; none leaves the number of the last one. True if the text meant
// something else before.
bool store(pg::Connection& db, const plan::Plan& plan, const plan::ValueDef& value, const std::string& raw, const Meant& meant,
           std::optional<std::int64_t> counted);

}  // namespace segue::steps
