#include "engine/profile.hpp"

#include <algorithm>
#include <map>

#include "base/error.hpp"
#include "base/tally.hpp"
#include "catalog/catalog.hpp"
#include "engine/profile_source.hpp"
#include "steps/meanings.hpp"
#include "values/normal.hpp"
#include "values/shape.hpp"

namespace segue::engine {

namespace {

using steps::Meant;

// Groups come in, a profile comes out. Each text is read when it is first met.
class Profiler {
 public:
  Profiler(pg::Connection& db, const plan::Plan& plan, const plan::ValueDef* value, std::size_t kept) : texts_(kept), shapes_(kept) {
    if (value != nullptr) meanings_.emplace(db, plan, *value);
  }

  void take(const Group& group) {
    rows_ += group.rows;
    if (group.is_null) { nulls_ += group.rows; return; }
    if (group.raw.empty() || (values::normalised(group.raw).text.empty() && values::normalised(group.raw).why.empty())) empty_ += group.rows;
    texts_.add(group.raw, group.rows, group.first, group.last);
    const auto shape = values::shape_of(group.raw);
    shapes_.add(shape, group.rows, group.first, group.last);
    if (!meanings_) return;
    const auto& meant = meaning_of(group.raw);
    rules_[{meant.rule, meant.certainty}] += group.rows;
    if (!meant.meaning) return;
    by_meaning_[*meant.meaning] += group.rows;
    read_ += group.rows;
    if (shapes_.holds(shape)) read_of_shape_[shape] += group.rows;
  }

  Profile result() {
    Profile made;
    made.rows = rows_, made.nulls = nulls_, made.empty = empty_, made.read = read_;
    made.distinct = texts_.distinct();
    made.approximate = texts_.approximate() || shapes_.approximate();
    for (const auto& [rule, rows] : rules_) made.rules.push_back({rule.first, rule.second, rows});
    for (const auto& [meaning, rows] : by_meaning_) made.meanings.push_back({meaning, "", rows});
    return made;
  }

  std::vector<ProfiledText> texts() {
    std::vector<ProfiledText> all;
    for (const auto& [raw, seen] : texts_.texts()) {
      const auto meant = meanings_ ? meaning_of(raw) : Meant{};
      all.push_back({raw, seen.first, seen.last, meant.rule, meant.certainty, meant.meaning, seen.rows, seen.maybe_more});
    }
    return all;
  }

  std::vector<ProfiledShape> shapes() {
    std::vector<ProfiledShape> all;
    for (const auto& [shape, seen] : shapes_.texts()) all.push_back({shape, seen.first, seen.last, seen.rows, seen.maybe_more, read_of_shape_[shape]});
    return all;
  }

 private:
  // Kept for as long as the text is; what the tally forgets is forgotten here, too.
  const Meant& meaning_of(const std::string& raw) {
    const auto [found, fresh] = meant_.try_emplace(raw);
    if (fresh) found->second = meanings_->of(raw);
    if (meant_.size() > 4 * texts_.texts().size() + 1000) {
      auto kept = std::move(found->second);
      std::erase_if(meant_, [&](const auto& one) { return !texts_.holds(one.first); });
      return meant_[raw] = std::move(kept);
    }
    return found->second;
  }

  Tally texts_, shapes_;
  std::optional<steps::Meanings> meanings_;
  std::unordered_map<std::string, Meant> meant_;
  std::map<std::pair<std::string, std::string>, std::int64_t> rules_;
  std::map<std::string, std::int64_t> by_meaning_;
  std::unordered_map<std::string, std::int64_t> read_of_shape_;
  std::int64_t rows_ = 0, nulls_ = 0, empty_ = 0, read_ = 0;
};

template <class List> void most_frequent_first(List& list) {
  std::ranges::stable_sort(list, [](const auto& a, const auto& b) { return a.rows > b.rows; });
}

template <class List> List first_of(const List& list, std::size_t most) {
  return List(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(std::min(most, list.size())));
}

void check_columns(pg::Connection& db, const sql::QualifiedName& table, const std::string& column, const std::string& date) {
  const auto found = catalog::table(db, table);
  for (const auto& name : {column, date})
    if (!name.empty() && found.find(name) == nullptr)
      throw Error(ErrorCode::not_found, "table \"" + table.name + "\" has no column \"" + name + "\"", "names are compared to the letter");
  if (const auto* dated = found.find(date); dated != nullptr && dated->type != "date" && !dated->type.starts_with("timestamp"))
    throw Error(ErrorCode::usage, "column \"" + date + "\" holds no dates: it is " + dated->type, "--date wants a date or a timestamp");
}

}  // namespace

Profile profile(const std::string& url, const plan::Plan& plan, const plan::ValueDef* value, const sql::QualifiedName& table, const std::string& column,
                const ProfileOptions& options, Progress& progress) {
  pg::Connection db(url, {.application_name = "segue/profile", .search_path = sql::quote_identifier(table.schema)});
  check_columns(db, table, column, options.date);
  pg::Transaction reading(db, "begin read only"_sql);            // an expression is asked in savepoints
  Profiler profiler(db, plan, value, options.texts_kept);
  progress.begin("profile", table.name + "." + column);
  read_groups(url, {table, column, options.date}, options.workers, progress, [&](const Group& group) { profiler.take(group); });
  auto texts = profiler.texts();
  auto shapes = profiler.shapes();
  std::ranges::sort(texts, {}, &ProfiledText::raw);
  std::ranges::sort(shapes, {}, &ProfiledShape::shape);
  most_frequent_first(texts);
  most_frequent_first(shapes);
  auto made = profiler.result();
  made.table = table.name, made.column = column;
  for (const auto& text : texts) {
    if (!text.first.empty() && (made.first.empty() || text.first < made.first)) made.first = text.first;
    made.last = std::max(made.last, text.last);
  }
  if (value != nullptr) made.value = value->name, made.provisional = value->live.value_or("");
  most_frequent_first(made.rules);
  most_frequent_first(made.meanings);
  add_anomalies(made, texts, shapes, value);
  made.texts = first_of(texts, options.top);
  made.shapes = first_of(shapes, options.top);
  progress.end("done");
  return made;
}

}  // namespace segue::engine
