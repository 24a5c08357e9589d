#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/error.hpp"
#include "base/text.hpp"
#include "plan/readers.hpp"

namespace segue::plan {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds longest_budget = std::chrono::hours(24), oldest_backup = std::chrono::hours(24 * 31);

std::vector<Contact> read_contacts(const Node& node) {
  std::vector<Contact> contacts;
  for (const auto& item : list_of(node, "a list of contacts").items) {
    const Fields fields(item, "contact");
    contacts.push_back({text_of(fields.at("role"), "a role"), text_of(fields.at("reach"), "a way to reach them")});
  }
  return contacts;
}

std::vector<std::string> read_checklist(const Node& node) {
  std::vector<std::string> items;
  for (const auto& item : list_of(node, "a list of checklist items").items) {
    items.push_back(text_of(item, "a checklist item"));
    if (std::count(items.begin(), items.end(), items.back()) > 1) fail_expected(item, "each checklist item once");
  }
  return items;
}

// To PostgreSQL a lock_timeout of zero means to wait for ever.
milliseconds positive_duration_of(const Node& node, milliseconds most) {
  const auto duration = duration_of(node);
  if (duration <= milliseconds(0) || duration > most) fail_expected(node, fmt::format("a duration above 0 and up to {}ms", most.count()));
  return duration;
}

bool is_none(const Node& node) { return node.kind == Node::Kind::scalar && node.text == "none"; }

// A budget that is not named keeps what it has; "none" takes it away.
template <class Value, class Read> void read_budget(const Fields& fields, std::string_view key, std::optional<Value>& budget, const Read& read) {
  const Node* node = fields.find(key);
  if (node == nullptr) return;
  if (is_none(*node)) budget.reset();
  else budget = read(*node);
}

void read_budgets(const Fields& fields, Limits& limits) {
  constexpr std::int64_t fewest = 1, most = 2'000'000'000;       // PostgreSQL stops writing at 2^31 transactions
  read_budget(fields, "replica lag", limits.replica_lag, [](const Node& node) { return positive_duration_of(node, longest_budget); });
  read_budget(fields, "oldest xmin", limits.oldest_xmin, [](const Node& node) { return number_of(node, fewest, most); });
  for (const auto& [key, budget] : {std::pair{"replica backlog", &limits.replica_backlog}, {"slot backlog", &limits.slot_backlog},
                                    {"archive backlog", &limits.archive_backlog}, {"disk", &limits.disk}, {"disk reserve", &limits.disk_reserve}})
    read_budget(fields, key, *budget, bytes_of);
}

Limits read_limits(const Node& node) {
  const Fields fields(node, "limits");
  Limits limits;
  if (const Node* budget = fields.find("lock budget")) limits.lock_budget = positive_duration_of(*budget, longest_budget);
  if (const Node* timeout = fields.find("lock timeout")) limits.lock_timeout = positive_duration_of(*timeout, limits.lock_budget);
  if (limits.lock_timeout > limits.lock_budget)
    fail_expected(fields.at("lock budget"), fmt::format("at least the lock timeout, {}ms", limits.lock_timeout.count()));
  read_budgets(fields, limits);
  return limits;
}

Plan read_plan(const Node& root, Files& files) {
  const Fields fields(root, "plan");
  Plan plan;
  plan.name = name_of(fields.at("plan"), "a name");
  const Node* title = fields.find("title");
  plan.title = title ? text_of(*title, "a title") : plan.name;
  if (const Node* schema = fields.find("schema")) plan.schema = table_of(*schema);
  if (const Node* contacts = fields.find("contacts")) plan.contacts = read_contacts(*contacts);
  if (const Node* checklist = fields.find("checklist")) plan.checklist = read_checklist(*checklist);
  if (const Node* backup = fields.find("backup")) plan.backup = positive_duration_of(*backup, oldest_backup);
  if (const Node* limits = fields.find("limits")) plan.limits = read_limits(*limits);
  if (const Node* values = fields.find("values")) plan.values = read_values(*values);
  if (const Node* mappings = fields.find("mappings")) plan.mappings = in_order(read_mappings(*mappings));
  plan.phases = read_phases(fields.at("phases"), files);
  return plan;
}

}  // namespace

Plan parse(const std::string& file_name, const std::string& yaml, const std::string& directory) {
  const Node root = read_yaml(file_name, yaml);
  Files files(directory);
  Plan plan = read_plan(root, files);
  plan.directory = directory;
  plan.hash = files.hash(std::filesystem::path(file_name).filename().string(), yaml);
  check_cross_references(plan);
  return plan;
}

Plan load(const std::string& path) {
  std::error_code failure;
  std::filesystem::path file = path;
  if (std::filesystem::is_directory(file, failure)) file /= "plan.yaml";
  if (!std::filesystem::is_regular_file(file, failure))
    throw Error(ErrorCode::not_found, "no plan at \"" + file.generic_string() + "\"",
                "name the folder that holds plan.yaml, or the file itself");
  return parse(file.generic_string(), read_file(file.string()), file.parent_path().generic_string());
}

}  // namespace segue::plan
