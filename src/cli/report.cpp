// segue report: the account of a phase for people, and the same as JSON for machines.
#include "engine/report.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/report_page.hpp"

namespace segue::cli {

namespace {

using engine::Report;
namespace json = boost::json;

std::string share(std::int64_t part, std::int64_t all) {
  return all == 0 ? "-" : fmt::format("{:.2f} %", 100 * static_cast<double>(part) / static_cast<double>(all));
}

Section steps_section(const Report& report) {
  Section section{"What was done", {}, {"step", "kind", "state", "seconds", "rows", "longest wait caused, ms"}, {}};
  for (const auto& step : report.steps) {
    section.rows.push_back({step.step, step.kind, step.state, "", "", ""});
    if (step.state == "undone") continue;
    section.rows.back() = {step.step, step.kind, step.state, fmt::format("{:.2f}", step.seconds), grouped(step.rows),
                           fmt::format("{:.1f}", step.longest_lock_wait_ms)};
  }
  if (section.rows.empty()) section.note = "Nothing yet.";
  return section;
}

Section coverage_section(const Report& report) {
  Section section{"Dual write", "Full: nothing is missing of the new side. Partial: something is. Fallback: none is there, only the old side serves the row.",
                  {"mapping", "rows", "full", "partial", "fallback", "share full", "in the repair queue", "accepted as they are"}, {}};
  for (const auto& mapping : report.coverage)
    section.rows.push_back({mapping.mapping, grouped(mapping.rows), grouped(mapping.full), grouped(mapping.partial), grouped(mapping.fallback),
                            share(mapping.full, mapping.rows), grouped(mapping.queued), grouped(mapping.accepted)});
  if (section.rows.empty()) section.note = "The new side does not exist yet, or no longer has an old one.";
  return section;
}

Section checks_section(const Report& report) {
  Section section{"Checks and gate", {}, {"check", "expected", "found", "holds", "at"}, {}};
  for (const auto& check : report.checks) section.rows.push_back({check.name, check.expected, check.found, check.passed ? "yes" : "NO", check.at});
  if (section.rows.empty()) section.note = "None was made in this phase.";
  return section;
}

Section people_section(const Report& report) {
  Section section{"Checklist and approvals", {}, {"item", "by", "evidence", "at"}, {}};
  for (const auto& answer : report.checklist)
    section.rows.push_back({answer.item, answer.actor.empty() ? "OPEN" : answer.actor, answer.reason, answer.at});
  for (const auto& approval : report.approvals)
    section.rows.push_back({"approval of phase " + approval.phase, approval.actor, approval.reason, approval.at});
  if (section.rows.empty()) section.note = "The plan asks for none.";
  return section;
}

Section progress_section(const Report& report) {
  Section section{"All phases", {}, {"phase", "what", "steps done", "share"}, {}};
  for (const auto& phase : report.phases)
    section.rows.push_back({phase.name, phase.title, fmt::format("{} of {}", phase.done, phase.steps), share(phase.done, phase.steps)});
  for (const auto& flag : report.flags)
    section.rows.push_back({"flag " + flag.flag, "share of traffic on the new path, set by " + flag.changed_by, "", fmt::format("{} %", flag.percent)});
  return section;
}

Page page_of(const Report& report) {
  Page page{fmt::format("{}: phase {}", report.plan, report.phase), report.title, {}};
  if (!report.phase_title.empty()) page.lead += ". " + report.phase_title;
  page.lead += fmt::format(". As the journal stood at {}, plan {}.", report.at, report.hash.substr(0, 12));
  if (!report.same_plan) page.lead += " The plan's files differ from those that were begun.";
  Section next{"What comes next", {}, {}, {}};
  for (const auto& line : report.next) next.rows.push_back({line});
  page.sections = {steps_section(report), coverage_section(report), checks_section(report), people_section(report), progress_section(report), next};
  return page;
}

template <class List, class Make> json::array array_of(const List& list, Make&& make) {
  json::array array;
  for (const auto& one : list) array.push_back(make(one));
  return array;
}

json::object json_of(const Report& report) {
  json::object object{{"plan", report.plan}, {"title", report.title}, {"hash", report.hash}, {"samePlan", report.same_plan}, {"phase", report.phase}, {"at", report.at}};
  object["steps"] = array_of(report.steps, [](const auto& s) {
    return json::object{{"step", s.step}, {"kind", s.kind}, {"state", s.state}, {"seconds", s.seconds}, {"rows", s.rows},
                        {"longestLockWaitMs", s.longest_lock_wait_ms}, {"detail", json::parse(s.detail)}};
  });
  object["dualWrite"] = array_of(report.coverage, [](const auto& c) {
    return json::object{{"mapping", c.mapping}, {"table", c.table}, {"rows", c.rows}, {"full", c.full}, {"partial", c.partial}, {"fallback", c.fallback}, {"queued", c.queued}, {"accepted", c.accepted}};
  });
  object["checks"] = array_of(report.checks, [](const auto& c) {
    return json::object{{"name", c.name}, {"expected", c.expected}, {"found", c.found}, {"passed", c.passed}, {"at", c.at}};
  });
  object["checklist"] = array_of(report.checklist, [](const auto& a) {
    return json::object{{"item", a.item}, {"answered", !a.actor.empty()}, {"by", a.actor}, {"reason", a.reason}, {"at", a.at}};
  });
  object["approvals"] = array_of(report.approvals, [](const auto& a) { return json::object{{"phase", a.phase}, {"by", a.actor}, {"reason", a.reason}, {"at", a.at}}; });
  object["phases"] = array_of(report.phases, [](const auto& p) { return json::object{{"name", p.name}, {"title", p.title}, {"done", p.done}, {"steps", p.steps}}; });
  object["flags"] = array_of(report.flags, [](const auto& f) { return json::object{{"key", f.key}, {"percent", f.percent}, {"changedBy", f.changed_by}}; });
  object["next"] = array_of(report.next, [](const auto& line) { return json::string(line); });
  return object;
}

}  // namespace

int report(const Words& words) {
  const Arguments arguments(words, with_common({{"--phase", true}, {"--format", true}}));
  arguments.at_most(1);
  const auto format = arguments.has("--json") ? "json" : arguments.value_or("--format", "md");
  if (format != "md" && format != "html" && format != "json")
    throw Error(ErrorCode::usage, "there is no format \"" + format + "\"", "say --format md, html or json");
  const auto plan = load_plan(arguments);
  segue::pg::Connection db(database_url(arguments), {.application_name = "segue/report/" + plan.name, .search_path = sql::quote_identifier(plan.schema)});
  const auto made = engine::report(db, plan, arguments.value_or("--phase", ""));
  print(format == "json" ? json::serialize(json_of(made)) : format == "html" ? html_of(page_of(made)) : markdown_of(page_of(made)));
  return 0;
}

}  // namespace segue::cli
