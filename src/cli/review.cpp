// segue review: what people decide about texts that nobody could read.
#include "engine/review.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstdio>
#include <fstream>

#include "base/error.hpp"
#include "base/table.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/review_csv.hpp"
#include "journal/journal.hpp"
#include "values/quote.hpp"

namespace segue::cli {

namespace {

namespace json = boost::json;
using engine::Text;

struct Call {
  const Arguments& arguments;
  const plan::Plan& plan;
  const plan::ValueDef& value;
  segue::pg::Connection& db;
  bool as_json() const { return arguments.has("--json"); }
  engine::Listing listing() const { return {arguments.value_or("--date", value.dates), arguments.has("--all")}; }
  std::string reason() const {
    const auto reason = arguments.value("--reason");
    if (!reason || reason->empty()) throw Error(ErrorCode::usage, "a decision needs a reason", "say --reason WHY: it is kept with the decision and in the audit");
    return *reason;
  }
};

json::object json_of(const Text& text) {
  const auto or_null = [](const std::string& of) { return of.empty() ? json::value(nullptr) : json::value(of); };
  return {{"id", text.id}, {"text", values::readable_utf8(text.raw)}, {"rows", text.rows}, {"first", or_null(text.first)}, {"last", or_null(text.last)},
          {"meaning", text.meaning ? json::value(*text.meaning) : json::value(nullptr)}, {"certainty", text.certainty}, {"rule", text.rule},
          {"decidedBy", text.decided_by}, {"reason", or_null(text.reason)}};
}

int list(const Call& call) {
  const auto texts = engine::list_texts(call.db, call.plan, call.value, call.listing());
  if (call.as_json()) {
    json::array all;
    for (const auto& text : texts) all.push_back(json_of(text));
    return print(json::serialize(json::object{{"plan", call.plan.name}, {"value", call.value.name}, {"texts", all}})), 0;
  }
  if (texts.empty()) return print(fmt::format("nothing to review in value \"{}\"", call.value.name)), 0;
  Table table{"", {"id", "rows", "first", "last", "meaning", "why", "text"}, {}};
  for (const auto& text : texts)
    table.rows.push_back({text.id, grouped(text.rows), text.first, text.last, text.meaning.value_or("-"), text.reason.empty() ? text.rule : text.reason, values::quoted(text.raw)});
  print(join(lines_of(table), "\n"));
  return 0;
}

int show(const Call& call) {
  const auto raw = engine::find_text(call.db, call.plan, call.value, call.arguments.positional(2, "the text, or id:... of it"));
  const auto history = journal::decisions_about(call.db, call.plan.name, call.value.name, raw);
  auto listing = call.listing();
  listing.all = true;
  Text found{.id = journal::text_id(raw), .raw = raw, .meaning = {}, .rule = "not read yet", .certainty = "", .decided_by = "", .reason = "", .rows = 0, .first = "", .last = ""};
  for (const auto& text : engine::list_texts(call.db, call.plan, call.value, listing))
    if (text.raw == raw) found = text;
  auto object = json_of(found);
  json::array decisions;
  for (const auto& d : history)
    decisions.push_back(json::object{{"meaning", d.meaning}, {"by", d.actor}, {"reason", d.reason}, {"at", d.at}, {"withdrawnAt", d.withdrawn_at},
                                     {"withdrawnBy", d.withdrawn_by}, {"withdrawnFor", d.withdrawn_for}});
  object["decisions"] = decisions;
  if (call.as_json()) return print(json::serialize(object)), 0;
  print(fmt::format("{}\n  id       {}\n  rows     {}{}\n  meaning  {}\n  by       {}: {}", values::quoted(raw), found.id, grouped(found.rows),
                    found.first.empty() ? "" : fmt::format(", {} to {}", found.first, found.last), found.meaning.value_or("nobody knows"), found.decided_by, found.rule));
  for (const auto& d : history)
    print(fmt::format("  {}  {} decided {}: {}{}", d.at, d.actor, d.meaning, d.reason,
                      d.withdrawn_at.empty() ? "" : fmt::format("\n  {}  {} took it back: {}", d.withdrawn_at, d.withdrawn_by, d.withdrawn_for)));
  return 0;
}

int tell(const Call& call, const engine::Outcome& outcome, const std::string& what) {
  if (call.as_json())
    print(json::serialize(json::object{{"plan", call.plan.name}, {"value", call.value.name}, {"changed", outcome.changed}, {"unchanged", outcome.unchanged},
                                       {"rowsFollow", outcome.rows_follow}}));
  else
    print(fmt::format("{}{}", what, outcome.changed == 0 ? ": it was so already" : outcome.rows_follow ? ": its rows follow" : ": its rows follow with the backfill"));
  return 0;
}

// Rows that have to wait for others are no silence.
class Standing final : public Silence {
  void note(std::string_view text) override { std::fprintf(stderr, "%.*s\n", static_cast<int>(text.size()), text.data()); }
};

engine::Outcome decide(const Call& call, const std::vector<engine::Wish>& wishes) {
  Standing standing;
  return engine::decide(call.db, call.plan, call.value, wishes, &standing);
}

int set(const Call& call) {
  const auto raw = engine::find_text(call.db, call.plan, call.value, call.arguments.positional(2, "the text, or id:... of it"));
  const auto& meaning = call.arguments.positional(3, "what it means");
  if (meaning.empty()) throw Error(ErrorCode::usage, "a meaning cannot be empty", "segue review PLAN withdraw takes a decision back");
  const engine::Wish wish{"", {.value = call.value.name, .raw = raw, .meaning = meaning, .actor = actor(call.arguments), .reason = call.reason()}};
  return tell(call, decide(call, {wish}), fmt::format("text {} means {}", journal::text_id(raw), meaning));
}

int withdraw(const Call& call) {
  const auto raw = engine::find_text(call.db, call.plan, call.value, call.arguments.positional(2, "the text, or id:... of it"));
  const engine::Wish wish{"", {.value = call.value.name, .raw = raw, .meaning = "", .actor = actor(call.arguments), .reason = call.reason()}};
  const auto outcome = decide(call, {wish});
  if (outcome.changed == 0)
    throw Error(ErrorCode::refused, "nobody has decided about this text in review", "what the plan says under \"decided\" is changed in the plan");
  return tell(call, outcome, fmt::format("text {} is read again", journal::text_id(raw)));
}

int export_file(const Call& call) {
  const auto file = csv_of(engine::list_texts(call.db, call.plan, call.value, call.listing()), call.arguments.has("--bom"));
  const auto path = call.arguments.value("--to");
  if (!path) return std::fwrite(file.data(), 1, file.size(), stdout), 0;
  std::ofstream out(*path, std::ios::binary | std::ios::trunc);
  out << file;
  out.close();
  if (!out) throw Error(ErrorCode::system, "\"" + *path + "\" cannot be written");
  return 0;
}

int import_file(const Call& call) {
  const auto text = read_file(call.arguments.positional(2, "the file, as segue review PLAN export writes it"));
  const auto wishes = wishes_of(text, call.value.name, actor(call.arguments), call.arguments.value_or("--reason", ""));
  const auto outcome = decide(call, wishes);
  return tell(call, outcome, fmt::format("{} decisions taken over, {} stood already", outcome.changed, outcome.unchanged));
}

}  // namespace

int review(const Words& words) {
  const Arguments arguments(words, with_common({{"--value", true}, {"--date", true}, {"--all"}, {"--bom"}, {"--to", true}, {"--reason", true}, {"--by", true}}));
  const auto plan = load_plan(arguments);
  struct Verb { std::string_view name; std::size_t words; int (*run)(const Call&); };
  static constexpr Verb verbs[] = {{"list", 2, list}, {"show", 3, show}, {"set", 4, set}, {"withdraw", 3, withdraw}, {"export", 2, export_file}, {"import", 3, import_file}};
  const auto& named = arguments.positional(1, "list, show, set, withdraw, export or import");
  for (const auto& verb : verbs) {
    if (verb.name != named) continue;
    arguments.at_most(verb.words);
    const auto& value = engine::value_named(plan, arguments.value("--value"));
    segue::pg::Connection db(database_url(arguments), {.application_name = "segue/review/" + plan.name, .search_path = sql::quote_identifier(plan.schema)});
    return verb.run({arguments, plan, value, db});
  }
  throw Error(ErrorCode::usage, "review cannot \"" + named + "\"", "say list, show, set, withdraw, export or import");
}

}  // namespace segue::cli
