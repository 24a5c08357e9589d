#include "engine/backup.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"

namespace segue::cli {

int backup(const Words& words) {
  const Arguments arguments(words, with_common({{"--to", true}, {"--check", true}, {"--by", true}}));
  arguments.at_most(1);
  const auto to = arguments.value("--to"), check = arguments.value("--check");
  if (to.has_value() == check.has_value())
    throw Error(ErrorCode::usage, "expected either --to FILE or --check FILE", "--to takes a backup and proves it, --check proves one that was taken");
  const auto plan = load_plan(arguments);
  const auto progress = progress_for(arguments);
  const auto url = database_url(arguments);
  const auto proof = to ? engine::take_backup(url, plan, *to, actor(arguments), *progress) : engine::prove_backup(url, plan, *check, actor(arguments), *progress);
  if (arguments.has("--json"))
    print(boost::json::serialize(boost::json::object{{"event", "result"}, {"file", proof.file}, {"bytes", proof.bytes}, {"tables", proof.tables},
                                                     {"rows", proof.rows}, {"compared", proof.compared}}));
  else
    print(fmt::format("{}: restored into a private server, {} rows of {} tables{}", proof.file, grouped(proof.rows), proof.tables,
                      proof.compared ? ", all equal to what was dumped" : "; every table is there"));
  return 0;
}

}  // namespace segue::cli
