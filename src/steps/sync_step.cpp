// sync: dual write begins. Function and triggers appear, and disappear, in one transaction.
#include "steps/locks.hpp"
#include "steps/mapped.hpp"

namespace segue::steps {

journal::Evidence run(Context& context, const plan::SyncStep& step) {
  const auto mapping = resolve(context.db, context.plan, step.mapping);
  in_locked_transaction(context, {{mapping.table}, sql::Lock::share_row_exclusive}, [&] {
    context.db.run("sync.function", mapping::create_function(mapping));
    fault::point(fault::Point::sync_function_made, context.db.socket());
    const auto present = context.db.run("sync.present", R"sql(
      select count(*) from pg_catalog.pg_trigger where tgrelid = $1::regclass and tgname = any (array[$2, $3]))sql"_sql,
      {sql::render(mapping.table), mapping::trigger_name(mapping, "insert"), mapping::trigger_name(mapping, "update")}).integer();
    if (present == 2) return;
    for (const auto& statement : mapping::create_triggers(mapping)) context.db.run("sync.trigger", statement);
  });
  return {};
}

void undo(Context& context, const plan::SyncStep& step) {
  const auto mapping = resolve(context.db, context.plan, step.mapping);
  in_locked_transaction(context, {{mapping.table}, sql::Lock::access_exclusive}, [&] {
    for (const auto& statement : mapping::drop_triggers(mapping)) context.db.run("sync.drop", statement);
  });
}

}  // namespace segue::steps
