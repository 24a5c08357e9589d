// segue profile: what stands in a column of free text, for a person, a spreadsheet of one, or a machine.
#include "engine/profile.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <filesystem>
#include <thread>

#include "base/error.hpp"
#include "base/text.hpp"
#include "catalog/catalog.hpp"
#include "cli/command.hpp"
#include "cli/report_page.hpp"
#include "journal/decisions.hpp"
#include "steps/mapped.hpp"
#include "values/quote.hpp"

namespace segue::cli {

namespace {

namespace json = boost::json;
using engine::Profile;

std::string share(std::int64_t part, std::int64_t all) {
  return all == 0 ? "-" : fmt::format("{:.2f} %", 100 * static_cast<double>(part) / static_cast<double>(all));
}

// "1,200", or "1,200 to 1,260" where some may have been missed.
std::string count_text(std::int64_t rows, std::int64_t maybe_more) {
  return maybe_more == 0 ? grouped(rows) : fmt::format("{} to {}", grouped(rows), grouped(rows + maybe_more));
}

Section numbers_section(const Profile& made) {
  Section section{"Rows", made.approximate ? "There are more different texts than are kept: their number, and counts of single texts, are approximate." : "", {"what", "rows", "share"}, {}};
  section.rows = {{"all", grouped(made.rows), ""}, {"NULL", grouped(made.nulls), share(made.nulls, made.rows)},
                  {"empty or only spaces", grouped(made.empty), share(made.empty, made.rows)},
                  {"different texts", (made.approximate ? "about " : "") + grouped(made.distinct), ""}};
  if (!made.first.empty()) section.rows.push_back({"from " + made.first + " to " + made.last, "", ""});
  return section;
}

Section outcome_section(const Profile& made) {
  Section section{"What becomes of them", "", {"meaning", "rows", "share"}, {}};
  for (const auto& meaning : made.meanings) section.rows.push_back({meaning.name, grouped(meaning.rows), share(meaning.rows, made.rows)});
  const auto unread = made.rows - made.nulls - made.read;
  section.rows.push_back({"REVIEW" + (made.provisional.empty() ? "" : ", " + made.provisional + " meanwhile"), grouped(unread), share(unread, made.rows)});
  if (made.nulls > 0) section.rows.push_back({"NULL" + (made.provisional.empty() ? "" : ", " + made.provisional + " meanwhile"), grouped(made.nulls), share(made.nulls, made.rows)});
  return section;
}

Section rules_section(const Profile& made) {
  Section section{"By rule", "", {"rule", "certainty", "rows", "share"}, {}};
  for (const auto& rule : made.rules) section.rows.push_back({rule.name, rule.certainty, grouped(rule.rows), share(rule.rows, made.rows)});
  return section;
}

Section anomalies_section(const Profile& made) {
  Section section{"Odd", made.anomalies.empty() ? "Nothing." : "", {}, {}};
  for (const auto& anomaly : made.anomalies) section.rows.push_back({anomaly});
  return section;
}

Section shapes_section(const Profile& made) {
  Section section{"Shapes", "9 is a digit, A and a are Latin letters, 가 is Hangul, 漢 Han, я Cyrillic.", {"shape", "rows", "read", "first", "last"}, {}};
  for (const auto& shape : made.shapes)
    section.rows.push_back({values::quoted(shape.shape), count_text(shape.rows, shape.maybe_more), made.value.empty() ? "-" : share(shape.read, shape.rows), shape.first, shape.last});
  return section;
}

Section texts_section(const Profile& made) {
  Section section{"Texts", "", {"text", "rows", "meaning", "rule", "first", "last", "id"}, {}};
  for (const auto& text : made.texts)
    section.rows.push_back({values::quoted(text.raw), count_text(text.rows, text.maybe_more), made.value.empty() ? "-" : text.meaning.value_or("REVIEW"), text.rule, text.first, text.last,
                            journal::text_id(text.raw)});
  return section;
}

Page page_of(const Profile& made) {
  Page page{made.table + "." + made.column, made.value.empty() ? "Nothing says how to read it." : "Read as the plan's value " + made.value + " says.", {}};
  page.sections = {numbers_section(made)};
  if (!made.value.empty()) page.sections.insert(page.sections.end(), {outcome_section(made), rules_section(made)});
  page.sections.insert(page.sections.end(), {anomalies_section(made), shapes_section(made), texts_section(made)});
  return page;
}

std::string text_of(const Page& page) {
  auto text = page.title + ": " + page.lead + "\n";
  for (const auto& section : page.sections) {
    text += "\n" + section.heading + "\n";
    if (!section.note.empty()) text += "  " + section.note + "\n";
    Table table{"", section.columns, {}};
    for (const auto& row : section.rows) {
      if (section.columns.empty()) text += "  " + row.front() + "\n";
      else table.rows.emplace_back(row.begin(), row.end());
    }
    for (const auto& line : section.columns.empty() ? std::vector<std::string>() : lines_of(table)) text += "  " + line + "\n";
  }
  text.pop_back();
  return text;
}

json::object json_of(const Profile& made) {
  const auto or_null = [](const std::string& of) { return of.empty() ? json::value(nullptr) : json::value(of); };
  json::array texts, shapes, rules, meanings, anomalies;
  for (const auto& t : made.texts)
    texts.push_back(json::object{{"id", journal::text_id(t.raw)}, {"text", values::readable_utf8(t.raw)}, {"rows", t.rows}, {"maybeMore", t.maybe_more}, {"first", or_null(t.first)},
                                 {"last", or_null(t.last)}, {"meaning", t.meaning ? json::value(*t.meaning) : json::value(nullptr)}, {"rule", or_null(t.rule)}, {"certainty", or_null(t.certainty)}});
  for (const auto& s : made.shapes)
    shapes.push_back(json::object{{"shape", s.shape}, {"rows", s.rows}, {"maybeMore", s.maybe_more}, {"read", s.read}, {"first", or_null(s.first)}, {"last", or_null(s.last)}});
  for (const auto& r : made.rules) rules.push_back(json::object{{"rule", r.name}, {"certainty", r.certainty}, {"rows", r.rows}});
  for (const auto& m : made.meanings) meanings.push_back(json::object{{"meaning", m.name}, {"rows", m.rows}});
  for (const auto& a : made.anomalies) anomalies.push_back(json::string(a));
  return {{"table", made.table}, {"column", made.column}, {"value", or_null(made.value)}, {"rows", made.rows}, {"nulls", made.nulls}, {"empty", made.empty}, {"distinct", made.distinct},
          {"approximate", made.approximate}, {"read", made.read}, {"first", or_null(made.first)}, {"last", or_null(made.last)}, {"provisional", or_null(made.provisional)},
          {"meanings", meanings}, {"rules", rules}, {"anomalies", anomalies}, {"shapes", shapes}, {"texts", texts}};
}

struct Subject { const plan::ValueDef* value = nullptr; sql::QualifiedName table; std::string column; };

// TABLE.COLUMN or SCHEMA.TABLE.COLUMN.
Subject named(const Arguments& arguments, const std::string& name) {
  const auto parts = split_text(name, '.');
  if (parts.size() < 2 || parts.size() > 3 || std::ranges::any_of(parts, [](const auto& part) { return part.empty(); }))
    throw Error(ErrorCode::usage, "\"" + name + "\" is no plan, and no TABLE.COLUMN", "names are taken to the letter, without quotes");
  return {nullptr, {parts.size() == 3 ? parts[0] : arguments.value_or("--schema", "public"), parts[parts.size() - 2]}, parts.back()};
}

// A column that was retired is found under its other name.
std::vector<Subject> of_plan(const Arguments& arguments, const plan::Plan& plan, const std::string& url) {
  segue::pg::Connection db(url, {.application_name = "segue/profile/" + plan.name});
  std::vector<Subject> subjects;
  for (const auto& value : plan.values) {
    if (arguments.has("--value") && value.name != plan.value(*arguments.value("--value")).name) continue;
    Subject subject{&value, {plan.schema, value.table}, value.column};
    const auto retired = steps::retired_name(value.column);
    const auto table = catalog::table(db, subject.table);
    if (table.find(value.column) == nullptr && table.find(retired) != nullptr) subject.column = retired;
    subjects.push_back(subject);
  }
  if (subjects.empty()) throw Error(ErrorCode::usage, "plan \"" + plan.name + "\" has no values", "segue profile TABLE.COLUMN looks at any column");
  return subjects;
}

}  // namespace

int profile(const Words& words) {
  const Arguments arguments(words, with_common({{"--value", true}, {"--date", true}, {"--schema", true}, {"--top", true}, {"--workers", true}, {"--format", true}}));
  arguments.at_most(1);
  const auto format = arguments.has("--json") ? "json" : arguments.value_or("--format", "text");
  if (format != "text" && format != "html" && format != "json") throw Error(ErrorCode::usage, "there is no format \"" + format + "\"", "say --format text, json or html");
  const auto& subject = arguments.positional(0, "a plan's folder, or TABLE.COLUMN");
  const auto url = database_url(arguments);
  const bool is_plan = std::filesystem::exists(subject);
  const auto plan = is_plan ? plan::load(subject) : plan::Plan{};
  engine::ProfileOptions options;
  options.top = static_cast<std::size_t>(arguments.integer_or("--top", 50, 1, 100'000));
  const auto cores = static_cast<std::int64_t>(std::max(1U, std::thread::hardware_concurrency()));
  options.workers = static_cast<int>(arguments.integer_or("--workers", std::min<std::int64_t>(cores, 8), 1, 64));
  std::unique_ptr<Progress> progress = std::make_unique<Silence>();
  if (!arguments.has("--json")) progress = progress_for(arguments);
  Page page{"", "", {}};
  json::array all;
  for (const auto& one : is_plan ? of_plan(arguments, plan, url) : std::vector<Subject>{named(arguments, subject)}) {
    options.date = arguments.value_or("--date", one.value == nullptr ? "" : one.value->dates);
    const auto made = engine::profile(url, plan, one.value, one.table, one.column, options, *progress);
    if (format == "json") all.push_back(json_of(made));
    else print(format == "html" ? html_of(page_of(made)) : text_of(page_of(made)));
  }
  if (format == "json") print(json::serialize(json::object{{"profiles", all}}));
  return 0;
}

}  // namespace segue::cli
