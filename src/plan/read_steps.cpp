#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.hpp"
#include "plan/keys.hpp"
#include "plan/nearest.hpp"
#include "plan/readers.hpp"
#include "sql/statement.hpp"

namespace segue::plan {
namespace {

constexpr int most_workers = 64;

// The key that says what the step does; every other key belongs to that kind.
std::string kind_of(const Node& node) {
  const auto& kinds = step_kinds();
  std::vector<std::string> found, known;
  for (const auto& key : mapping_of(node, "a mapping (step)").keys)
    if (std::find(kinds.begin(), kinds.end(), key.text) != kinds.end()) found.push_back(key.text);
  if (found.size() == 1) return found[0];
  const auto hint = "kinds of step: " + join(kinds, ", ");
  if (found.size() > 1) fail(node.where, fmt::format("expected one kind of step, got \"{}\"", join(found, "\" and \"")), hint);
  for (const auto& key : node.keys)
    if (const auto meant = did_you_mean(key.text, kinds); !meant.empty())
      fail(key.where, "unknown key " + quoted(key.text) + meant, hint);
  fail(node.where, "expected a step, got none of its kinds", hint);
}

std::vector<Target> targets_of(const Node& node) {
  std::vector<Target> targets;
  for (const auto& item : list_of(node, "a list of tables and table.columns").items) {
    const auto target = target_of(item);
    for (const auto& other : targets)
      if (other.table == target.table && (other.column == target.column || other.column.empty() || target.column.empty()))
        fail_expected(item, "each table or column once");
    targets.push_back(target);
  }
  return targets;
}

SqlStep read_sql(const Fields& fields, Files& files) {
  SqlStep step;
  step.file = text_of(fields.at("sql"), "the name of a SQL file");
  step.text = files.text(fields.at("sql"));
  if (const Node* undo = fields.find("undo")) {
    step.undo_file = text_of(*undo, "the name of a SQL file");
    step.undo_text = files.text(*undo);
  }
  return step;
}

RequireStep read_require(const Node& node) {
  const Fields fields(node, "require");
  RequireStep step{table_of(fields.at("table")), {}};
  for (const auto& item : list_of(fields.at("columns"), "a list of columns").items) {
    const auto column = column_of(item);
    if (std::find(step.columns.begin(), step.columns.end(), column) != step.columns.end()) fail_expected(item, "each column once");
    step.columns.push_back(column);
  }
  return step;
}

RolloutStep read_rollout(const Fields& fields) {
  RolloutStep step;
  step.flag = name_of(fields.at("rollout"), "the name of a flag");
  for (const auto& item : list_of(fields.at("to"), "a list of percentages").items) {
    const int percent = percent_of(item);
    if (!step.percents.empty() && percent <= step.percents.back())
      fail_expected(item, fmt::format("more than {}%", step.percents.back()), "a rollout goes up; going back is segue rollback");
    step.percents.push_back(percent);
  }
  if (const Node* bake = fields.find("bake")) step.bake = duration_of(*bake);
  return step;
}

BackfillStep read_backfill(const Fields& fields) {
  const Node* workers = fields.find("workers");
  return {name_of(fields.at("backfill"), "the name of a mapping"), workers ? static_cast<int>(number_of(*workers, 1, most_workers)) : 0};
}

DropStep read_drop(const Fields& fields) {
  const Node* archive = fields.find("archive");
  return {targets_of(fields.at("drop")), archive && truth_of(*archive)};
}

PreviewStep read_preview(const Fields& fields, Files& files) {
  const auto file = text_of(fields.at("preview"), "the name of a SQL file");
  const Node* title = fields.find("title");
  return {file, sql::check_query(file, files.text(fields.at("preview"))), title ? text_of(*title, "a title") : file};
}

decltype(Step::what) read_what(const std::string& kind, const Fields& fields, Files& files) {
  if (kind == "sql") return read_sql(fields, files);
  if (kind == "profile") return ProfileStep{name_of(fields.at(kind), "the name of a value")};
  if (kind == "sync") return SyncStep{name_of(fields.at(kind), "the name of a mapping")};
  if (kind == "backfill") return read_backfill(fields);
  if (kind == "verify") return VerifyStep{name_of(fields.at(kind), "the name of a mapping")};
  if (kind == "require") return read_require(fields.at(kind));
  if (kind == "rollout") return read_rollout(fields);
  if (kind == "retire") return RetireStep{targets_of(fields.at(kind))};
  if (kind == "drop") return read_drop(fields);
  return read_preview(fields, files);
}

std::string targets_text(const std::vector<Target>& targets) {
  std::vector<std::string> texts;
  for (const auto& target : targets) texts.push_back(target.column.empty() ? target.table : target.table + "." + target.column);
  return join(texts, ", ");
}

struct Subject {
  std::string operator()(const SqlStep& step) const { return step.file; }
  std::string operator()(const ProfileStep& step) const { return step.value; }
  std::string operator()(const SyncStep& step) const { return step.mapping; }
  std::string operator()(const BackfillStep& step) const { return step.mapping; }
  std::string operator()(const VerifyStep& step) const { return step.mapping; }
  std::string operator()(const RequireStep& step) const { return step.table; }
  std::string operator()(const RolloutStep& step) const { return step.flag; }
  std::string operator()(const RetireStep& step) const { return targets_text(step.targets); }
  std::string operator()(const DropStep& step) const { return targets_text(step.targets); }
  std::string operator()(const PreviewStep& step) const { return step.file; }
};

}  // namespace

Step read_step(const Node& node, Files& files) {
  const auto kind = kind_of(node);
  const Fields fields(node, kind + "_step");
  Step step;
  step.where = node.where;
  step.what = read_what(kind, fields, files);
  const Node* name = fields.find("name");
  step.name = name ? text_of(*name, "a name") : kind + " " + std::visit(Subject{}, step.what);
  return step;
}

}  // namespace segue::plan
