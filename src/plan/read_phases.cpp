#include <fmt/format.h>

#include <set>

#include "base/error.hpp"
#include "plan/readers.hpp"
#include "sql/statement.hpp"

namespace segue::plan {
namespace {

// A check asks and changes nothing: one SELECT.
void refuse_other_than_select(const Node& node) {
  std::vector<sql::Statement> statements;
  try {
    statements = sql::split("check", node.text);
  } catch (const Error& error) {
    fail_expected(node, "one SELECT that gives one value", error.message());
  }
  if (statements.size() != 1 || statements[0].kind != "SelectStmt") fail_expected(node, "one SELECT that gives one value");
}

std::string expect_of(const Node& node) {
  if (node.kind != Node::Kind::scalar || node.is_nothing()) fail_expected(node, "the value that the SELECT gives");
  return node.text;
}

void read_steps(const Node& node, Phase& phase, Files& files) {
  std::set<std::string> names;
  for (const auto& item : list_of(node, "a list of steps").items) {
    phase.steps.push_back(read_step(item, files));
    const auto& step = phase.steps.back();
    if (!names.insert(step.name).second)
      fail(step.where, "duplicate step " + quoted(step.name) + " in phase " + quoted(phase.name), "give one of them a name: of its own");
    const auto* drop = std::get_if<DropStep>(&step.what);
    if (drop && !drop->archive && !phase.irreversible)
      fail(step.where, "expected archive: true, got a drop that cannot be taken back in a phase that can",
           "add archive: true to the step, or irreversible: true to the phase");
  }
}

void read_checks(const Node& node, Phase& phase) {
  std::set<std::string> names;
  for (const auto& item : list_of(node, "a list of checks").items) {
    phase.checks.push_back(read_check(item));
    if (!names.insert(phase.checks.back().name).second)
      fail(item.where, "duplicate check " + quoted(phase.checks.back().name) + " in phase " + quoted(phase.name));
  }
}

Phase read_phase(const Node& node, Files& files) {
  const Fields fields(node, "phase");
  Phase phase;
  phase.where = node.where;
  phase.name = name_of(fields.at("name"), "a name");
  if (const Node* title = fields.find("title")) phase.title = text_of(*title, "a title");
  if (const Node* irreversible = fields.find("irreversible")) phase.irreversible = truth_of(*irreversible);
  read_steps(fields.at("steps"), phase, files);
  if (const Node* checks = fields.find("checks")) read_checks(*checks, phase);
  if (const Node* gate = fields.find("gate")) phase.gate = read_gate(*gate);
  return phase;
}

}  // namespace

Check read_check(const Node& node) {
  const Fields fields(node, "check");
  Check check{text_of(fields.at("name"), "a name"), text_of(fields.at("sql"), "one SELECT that gives one value"),
              expect_of(fields.at("expect")), node.where};
  refuse_other_than_select(fields.at("sql"));
  return check;
}

std::vector<Phase> read_phases(const Node& node, Files& files) {
  std::vector<Phase> phases;
  std::set<std::string> names;
  for (const auto& item : list_of(node, "a list of phases").items) {
    phases.push_back(read_phase(item, files));
    if (!names.insert(phases.back().name).second) fail(item.where, "duplicate phase " + quoted(phases.back().name));
  }
  return phases;
}

}  // namespace segue::plan
