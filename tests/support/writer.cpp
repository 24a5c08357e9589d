#include "support/writer.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace segue::tests {

using sql::build;
using sql::Ident;
using sql::Literal;
using sql::Sql;

namespace {

const std::vector<std::string> services = {"WRINKLE_BOTOX", "VOLUME_LIFTING", "SKIN_CARE", "REMOVAL_PROCEDURE", "BODY_CARE", "OTHER_CONSULTATION"};
std::atomic<int> next_ordered{1'000'000};

std::string id_of(std::string code) {
  for (char& c : code) c = c == '_' ? c : static_cast<char>(c - 'A' + 'a');
  return "srv_" + code;
}

void add_service(Fields& fields, const std::string& code) {
  fields.emplace_back("serviceId", id_of(code));
  fields.emplace_back("serviceName", "told " + code);
  fields.emplace_back("estimatedDuration", "60");
}

std::string text_of(const Fields& key) {
  std::string text;
  for (const auto& [column, value] : key) text += (text.empty() ? "" : "/") + value;
  return text;
}

}  // namespace

const std::vector<TimeText>& known_texts() {
  static const std::vector<TimeText> texts = {
      {"9:00 AM", "MORNING"},     {"3:00 PM", "AFTERNOON"}, {"오전 10시", "MORNING"},  {"오후 2시 반", "AFTERNOON"},
      {" 10:30 ", "MORNING"},     {"1430", "AFTERNOON"},    {"점심", "AFTERNOON"},     {"아무때나", "MORNING"},
      {"전화 주세요", "MORNING"}, {"", "MORNING"},          {"14:00~15:00", "AFTERNOON"}};
  return texts;
}

Sql key_change(Keys keys) {
  if (keys == Keys::ordered) return "alter table reservations alter column id type bigint using 0"_sql;
  if (keys == Keys::composite)
    return R"(alter table reservations add column "branch office" text not null, alter column id type integer using 0,
              drop constraint reservations_pkey, add primary key ("branch office", id))"_sql;
  return {};
}

Fields key_of(Keys keys, int i) {
  if (keys == Keys::ordered) return {{"id", std::to_string(i)}};
  if (keys == Keys::composite) return {{"branch office", fmt::format("branch {}", i % 7)}, {"id", std::to_string(i)}};
  return {{"id", random_uuid()}};
}

Sql where_key(const Fields& key) {
  std::vector<Sql> parts;
  for (const auto& [column, value] : key) parts.push_back(build("{} = {}"_sql, Ident{column}, Literal{value}));
  return " where "_sql + sql::join(parts, " and "_sql);
}

Writer::Writer(const std::string& url, Keys keys, int number, std::uint64_t seed)
    : db_(url, {.application_name = "application"}), keys_(keys), number_(number), random_(seed) {}

void Writer::run(const std::atomic<bool>& stop, const std::atomic<bool>& both_styles) {
  try {
    while (!stop) transaction(both_styles);
  } catch (const Error& error) {
    failure_ = describe(error);
  }
}

// One to three rows; every tenth is taken back, and nothing of it may remain.
void Writer::transaction(bool both_styles) {
  std::vector<Change> changes;
  std::set<Fields> taken;
  const auto writes = 1 + below(3);
  pg::Transaction transaction(db_);
  for (std::uint64_t i = 0; i < writes; ++i) {
    changes.push_back(write(both_styles, taken));
    taken.insert(changes.back().first);
  }
  if (below(10) == 0) return;
  transaction.commit();
  for (const auto& [key, belief] : changes) {
    if (belief) rows_[key] = *belief;
    else rows_.erase(key);
  }
  ++transactions_;
}

Writer::Change Writer::write(bool both_styles, const std::set<Fields>& taken) {
  auto row = rows_.begin();
  if (!rows_.empty()) std::advance(row, static_cast<std::ptrdiff_t>(below(rows_.size())));
  const auto what = below(100);
  if (what < 15 || row == rows_.end() || taken.contains(row->first) || !row->second.other_service.empty())
    return insert(both_styles && below(2) == 0);
  const auto& [key, belief] = *row;
  if (what < 25) {
    db_.run("writer.delete", "delete from reservations"_sql + where_key(key));
    return {key, std::nullopt};
  }
  if (what < 35) {
    change(key, {{"notes", "seen"}, {"status", "CONFIRMED"}});
    return {key, belief};
  }
  if (what < 36 && both_styles) return conflict(key, belief);
  return both_styles && below(2) == 0 ? update_new(key, belief) : update_old(key, belief);
}

Writer::Change Writer::insert(bool new_style) {
  auto fields = new_key();
  const auto key = fields;
  Belief belief{other_service(""), "", text(), new_style};
  if (new_style) {
    add_service(fields, belief.service);
    fields.emplace_back("period", belief.time.period);
  } else {
    fields.emplace_back("service", belief.service);
    fields.emplace_back("preferredTime", belief.time.raw);
  }
  Hospital::insert(db_, fields);
  return {key, belief};
}

Writer::Change Writer::update_old(const Fields& key, Belief belief) {
  Fields fields;
  const auto which = below(3);
  if (which != 0) fields.emplace_back("service", belief.service = other_service(belief.service));
  if (which != 1) {
    belief.time = text();
    belief.by_period = false;
    fields.emplace_back("preferredTime", belief.time.raw);
  }
  change(key, fields);
  return {key, belief};
}

Writer::Change Writer::update_new(const Fields& key, Belief belief) {
  Fields fields;
  const auto which = below(3);
  if (which != 0) add_service(fields, belief.service = other_service(belief.service));
  if (which != 1) {
    belief.time.period = opposite_period(key);
    belief.by_period = true;
    fields.emplace_back("period", belief.time.period);
  }
  change(key, fields);
  return {key, belief};
}

Writer::Change Writer::conflict(const Fields& key, Belief belief) {
  const auto before = belief.service;
  belief.service = other_service(before);
  do belief.other_service = other_service(before);
  while (belief.other_service == belief.service);
  change(key, {{"service", belief.service}, {"serviceId", id_of(belief.other_service)}});
  return {key, belief};
}

Fields Writer::new_key() {
  if (keys_ == Keys::random_text) return {{"id", random_uuid()}};
  const auto id = std::to_string(next_ordered++);
  if (keys_ == Keys::ordered) return {{"id", id}};
  return {{"branch office", fmt::format("branch {}", below(9))}, {"id", id}};
}

std::string Writer::other_service(const std::string& than) {
  for (;;)
    if (const auto& service = services[below(services.size())]; service != than) return service;
}

// Half of them are texts that nobody has met before.
TimeText Writer::text() {
  const auto minute = below(60);
  switch (below(8)) {
    case 0: return {fmt::format("{}:{:02} AM", 9 + below(3), minute), "MORNING"};
    case 1: return {fmt::format("{}:{:02} PM", 1 + below(5), minute), "AFTERNOON"};
    case 2: return {fmt::format("오후 {}시 {}분", 1 + below(5), minute), "AFTERNOON"};
    case 3: return {fmt::format("when bus {} of line {} comes", transactions_.load(), number_), "MORNING"};
    default: return known_texts()[below(known_texts().size())];
  }
}

// An application saves a period because somebody chose another one than it showed.
std::string Writer::opposite_period(const Fields& key) {
  const auto shown = db_.run("writer.show", "select period from reservations"_sql + where_key(key));
  if (shown.is_null(0, 0)) return below(2) == 0 ? "MORNING" : "AFTERNOON";
  return shown.text() == "MORNING" ? "AFTERNOON" : "MORNING";
}

void Writer::change(const Fields& key, const Fields& fields) {
  db_.run("writer.update", "update reservations set "_sql + assignments(fields) + where_key(key));
}

std::set<std::string> Writer::conflicts() const {
  std::set<std::string> keys;
  for (const auto& [key, belief] : rows_)
    if (!belief.other_service.empty()) keys.insert(text_of(key));
  return keys;
}

std::vector<std::string> Writer::complaints(pg::Connection& db) const {
  std::vector<std::string> found;
  for (const auto& [key, belief] : rows_) {
    const auto row = db.run("writer.look", R"(select service, "serviceId", "preferredTime", period from reservations)"_sql + where_key(key));
    const auto says = [&](const std::string& what) { if (found.size() < 5) found.push_back(text_of(key) + ": " + what); };
    if (row.empty()) { says("lost"); continue; }
    if (row.text(0, 0) != belief.service) says("service is " + row.text(0, 0) + ", was told " + belief.service);
    const auto service_id = id_of(belief.other_service.empty() ? belief.service : belief.other_service);
    if (row.text(0, 1) != service_id) says("serviceId is " + row.text(0, 1) + ", was told " + service_id);
    if (!belief.by_period && row.text(0, 2) != belief.time.raw) says("text is " + row.text(0, 2) + ", was told " + belief.time.raw);
    if (row.text(0, 3) != belief.time.period && belief.other_service.empty())
      says("period is " + row.text(0, 3) + ", was told " + belief.time.period + (belief.by_period ? "" : " by " + belief.time.raw));
  }
  return found;
}

}  // namespace segue::tests
