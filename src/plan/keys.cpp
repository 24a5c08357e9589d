#include "plan/keys.hpp"

#include <stdexcept>

namespace segue::plan {

const std::vector<ObjectKeys>& all_keys() {
  static const std::vector<ObjectKeys> objects = {
      {"plan", {"plan", "title", "schema", "contacts", "checklist", "backup", "limits", "values", "mappings", "phases"}},
      {"contact", {"role", "reach"}},
      {"limits", {"lock timeout", "lock budget", "replica lag", "replica backlog", "slot backlog", "archive backlog", "oldest xmin",
                  "disk", "disk reserve"}},
      {"value", {"column", "dates", "reader", "expression", "becomes", "hours", "languages", "labels", "least", "most", "order", "country", "unreadable", "decided"}},
      {"unreadable", {"live"}},
      {"mapping", {"table", "into", "new", "old", "snapshot"}},
      {"side", {"from", "set", "otherwise", "same"}},
      {"deriving_side", {"from", "where", "key", "insert", "set", "on delete", "detach", "same"}},
      {"phase", {"name", "title", "irreversible", "steps", "checks", "gate"}},
      {"sql_step", {"sql", "undo", "name"}},
      {"profile_step", {"profile", "name"}},
      {"sync_step", {"sync", "name"}},
      {"backfill_step", {"backfill", "workers", "name"}},
      {"verify_step", {"verify", "name"}},
      {"require_step", {"require", "name"}},
      {"require", {"table", "columns"}},
      {"rollout_step", {"rollout", "to", "bake", "name"}},
      {"retire_step", {"retire", "name"}},
      {"drop_step", {"drop", "archive", "name"}},
      {"preview_step", {"preview", "title", "name"}},
      {"check", {"name", "sql", "expect"}},
      {"gate", {"populated", "read", "share of one period", "mismatches", "repairs", "approve"}},
  };
  return objects;
}

const std::vector<std::string>& keys_of(std::string_view object) {
  for (const auto& entry : all_keys())
    if (entry.object == object) return entry.keys;
  throw std::logic_error("no keys for object " + std::string(object));
}

const std::vector<std::string>& step_kinds() {
  static const std::vector<std::string> kinds = {"sql", "profile", "sync", "backfill", "verify",
                                                 "require", "rollout", "retire", "drop", "preview"};
  return kinds;
}

}  // namespace segue::plan
