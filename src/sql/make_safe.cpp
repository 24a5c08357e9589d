#include <fmt/format.h>

#include <map>

#include "sql/safe_form.hpp"

namespace segue::sql {
namespace {

using Rule = Operations (*)(const Form&);

const std::map<std::string_view, Rule>& rules() {
  static const std::map<std::string_view, Rule> table = {
      {"IndexStmt", safe_create_index},         {"DropStmt", safe_drop},
      {"AlterTableStmt", safe_alter_table},     {"AlterDomainStmt", safe_alter_domain},
      {"CreateStmt", safe_create_table},        {"CreateTableAsStmt", safe_create_table_as},
      {"CreateEnumStmt", safe_create_object},   {"CompositeTypeStmt", safe_create_object},
      {"CreateRangeStmt", safe_create_object},  {"CreateDomainStmt", safe_create_object},
      {"CreateSeqStmt", safe_create_object},    {"ViewStmt", safe_create_object},
      {"CreateSchemaStmt", safe_create_object}, {"CreateExtensionStmt", safe_create_object},
      {"CreateTrigStmt", safe_create_on_table}, {"CreatePolicyStmt", safe_create_on_table},
      {"RuleStmt", safe_create_on_table},       {"CreateStatsStmt", safe_create_on_table},
      {"CreateFunctionStmt", safe_create_function}, {"RenameStmt", safe_rename},
      {"AlterEnumStmt", safe_alter_enum},       {"AlterOwnerStmt", safe_alter_object},
      {"AlterObjectSchemaStmt", safe_alter_object}, {"AlterSeqStmt", safe_alter_object},
      {"AlterFunctionStmt", safe_alter_object}, {"AlterPolicyStmt", safe_alter_object},
      {"AlterDefaultPrivilegesStmt", safe_alter_object}, {"CommentStmt", safe_alter_object},
      {"GrantStmt", safe_grant},                {"InsertStmt", safe_rows},
      {"UpdateStmt", safe_rows},                {"DeleteStmt", safe_rows},
      {"MergeStmt", safe_rows},                 {"TruncateStmt", safe_truncate},
      {"CopyStmt", safe_copy},                  {"VacuumStmt", safe_vacuum},
      {"RefreshMatViewStmt", safe_refresh},     {"DoStmt", safe_opaque},
      {"CallStmt", safe_opaque},                {"DefineStmt", safe_opaque},
  };
  return table;
}

struct Refusal { std::string_view message, hint; };

const std::map<std::string_view, Refusal>& refusals() {
  static constexpr Refusal session{"a statement about the session has no place in a plan",
                                   "segue sets up its own sessions; leave it out"};
  static const std::map<std::string_view, Refusal> table = {
      {"TransactionStmt", {"a plan may not begin or end a transaction",
                           "leave it out: segue runs each statement in its own transaction, together with its journal row"}},
      {"SelectStmt", {"a SELECT in a step asserts nothing; write it as a check",
                      "put it under `checks:` of the phase, with what it is expected to answer; "
                      "one that changes something, such as setval, goes into a DO block"}},
      {"ClusterStmt", {"CLUSTER writes the whole table anew while nobody can read it", "run it in a maintenance window"}},
      {"ReindexStmt", {"REINDEX has no place in a plan", "create the index under another name and drop the old one"}},
      {"LockStmt", {"a plan may not lock a table", "leave it out: segue takes each lock itself, under a short timeout"}},
      {"VariableSetStmt", session}, {"VariableShowStmt", session}, {"DiscardStmt", session},
      {"PrepareStmt", session},     {"ExecuteStmt", session},      {"DeallocateStmt", session},
      {"ListenStmt", session},      {"NotifyStmt", session},       {"UnlistenStmt", session},
      {"ConstraintsSetStmt", session}, {"LoadStmt", session},      {"DeclareCursorStmt", session},
      {"ExplainStmt", {"an EXPLAIN in a step tells nobody anything", "leave it out"}},
  };
  return table;
}

constexpr const char* drift = "it hides drift: segue knows from its journal what was done; leave it out";

void refuse_conditional(const Form& form, const tree::object& fields) {
  const bool missing_ok = tree::flag(fields, "missing_ok");
  // The parser says missing_ok for ADD COLUMN IF NOT EXISTS too.
  const bool adds = tree::text(fields, "subtype") == "AT_AddColumn";
  if (tree::flag(fields, "if_not_exists") || tree::flag(fields, "skipIfNewValExists") || (missing_ok && adds))
    form.refuse("IF NOT EXISTS is not allowed in a plan",
                form.kind() == "IndexStmt" ? "it hides an invalid index left by a failed build; leave it out" : drift);
  if (missing_ok) form.refuse("IF EXISTS is not allowed in a plan", drift);
}

// CASCADE takes what the plan does not name, so nobody can give it back.
void refuse_cascade(const Form& form, const tree::object& fields) {
  if (tree::text(fields, "behavior") == "DROP_CASCADE")
    form.refuse("CASCADE is not allowed in a plan", "name each object that goes, so that each can be given back");
}

}  // namespace

std::vector<Operation> make_safe(const std::string& file, const Statement& statement, Created& created) {
  const Form form(file, statement, created);
  if (const auto found = refusals().find(form.kind()); found != refusals().end())
    form.refuse(std::string(found->second.message), std::string(found->second.hint));
  const auto rule = rules().find(form.kind());
  if (rule == rules().end())
    form.refuse(fmt::format("this kind of statement ({}) is not supported in a plan", form.kind()),
                "run it apart from the plan, or inside a DO block, which segue does not analyse");
  for (const auto& command : tree::list(form.node(), "cmds")) {
    refuse_conditional(form, tree::node(command).fields);
    refuse_cascade(form, tree::node(command).fields);
  }
  refuse_conditional(form, form.node());
  refuse_cascade(form, form.node());
  return rule->second(form);
}

std::string_view name_of(Lock lock) {
  switch (lock) {
    case Lock::none: return "none";
    case Lock::access_share: return "ACCESS SHARE";
    case Lock::row_share: return "ROW SHARE";
    case Lock::row_exclusive: return "ROW EXCLUSIVE";
    case Lock::share_update_exclusive: return "SHARE UPDATE EXCLUSIVE";
    case Lock::share: return "SHARE";
    case Lock::share_row_exclusive: return "SHARE ROW EXCLUSIVE";
    case Lock::exclusive: return "EXCLUSIVE";
    case Lock::access_exclusive: return "ACCESS EXCLUSIVE";
  }
  return "none";
}

}  // namespace segue::sql
