#include <doctest/doctest.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "base/error.hpp"
#include "base/text.hpp"
#include "traffic/ledger.hpp"
#include "traffic/record.hpp"

using namespace segue::traffic;

namespace {

const std::string begin = R"({"at":"2026-03-17T10:00:00.250Z","op":"begin","ledger":"0a1b2c3d","seed":1})" "\n";
const std::string ask =
    R"({"at":"2026-03-17T10:00:00.500Z","op":"ask","key":"k-1","number":1,"date":"2026-04-01","service":"SKIN_CARE","form":"old","period":"MORNING"})" "\n";
const std::string book =
    R"({"at":"2026-03-17T10:00:01.000Z","op":"book","key":"k-1","id":"a","variant":"new","status":"PENDING","date":"2026-04-01","time":"","period":"MORNING","minutes":40,"repeated":true,"tries":2})" "\n";
const std::string wants = R"({"at":"2026-03-17T10:00:01.500Z","op":"change","id":"a","status":"CONFIRMED"})" "\n";
const std::string confirm = R"({"at":"2026-03-17T10:00:02.000Z","op":"status","id":"a","status":"CONFIRMED"})" "\n";
const std::string lost = R"({"at":"2026-03-17T10:00:02.000Z","op":"lost","what":"k-1"})" "\n";
const std::string full = R"({"at":"2026-03-17T10:00:02.000Z","op":"not_done","what":"k-1","why":"full"})" "\n";
const std::string end = R"({"at":"2026-03-17T10:00:03.000Z","op":"end"})" "\n";
const Asked asked{"2026-04-01", "SKIN_CARE", "old", "MORNING"};

Record read(const std::string& text) {
  Record record;
  read_ledger(record, "run.jsonl", text);
  return record;
}

struct TemporaryFile {
  std::string path = "/tmp/segue-ledger-test-" + segue::random_uuid();
  ~TemporaryFile() { std::remove(path.c_str()); }
};

}  // namespace

TEST_CASE("a ledger gives each booking with what was asked, what was told and the last acknowledged status") {
  const auto record = read(begin + ask + book + wants + confirm + end);
  REQUIRE(record.bookings.size() == 1);
  const auto& booking = record.bookings.at("a");
  CHECK(booking.key == "k-1");
  CHECK(booking.asked == asked);
  CHECK(booking.told == Told{"a", "new", "PENDING", "2026-04-01", "", "MORNING", 40, true});
  CHECK(booking.status == "CONFIRMED");
  CHECK(booking.unsure.empty());
  CHECK(booking.disorder.empty());
  CHECK(record.lines == 6);
  CHECK(record.status_changes == 1);
  CHECK(record.repeated == 1);
  CHECK(record.first.time_since_epoch().count() == 1773741600250);
}

TEST_CASE("an intent is open until its one outcome") {
  using Outcome = Intent::Outcome;
  const auto outcome = [](const std::string& text) { return read(text).intents.at("k-1").outcome; };
  CHECK(outcome(begin + ask) == Outcome::open);
  CHECK(outcome(begin + ask + lost) == Outcome::lost);
  CHECK(read(begin + ask + lost).lost_bookings == 1);
  CHECK(read(begin + ask + full).intents.empty());
  CHECK(read(begin + ask + full).asked == 1);
  CHECK(outcome(begin + ask + book) == Outcome::booked);
}

TEST_CASE("a change without an answer stays unsure, one that was refused does not") {
  const auto unsure = [](const std::string& text) { return read(begin + ask + book + text).bookings.at("a").unsure; };
  CHECK(unsure(wants) == std::vector<std::string>{"CONFIRMED"});
  CHECK(unsure(wants + segue::replace_all(lost, "k-1", "a")) == std::vector<std::string>{"CONFIRMED"});
  CHECK(unsure(wants + segue::replace_all(full, "k-1", "a")).empty());
  CHECK(read(begin + ask + book + wants + segue::replace_all(lost, "k-1", "a")).lost_changes == 1);
}

TEST_CASE("changes acknowledged in an order that must not be are remembered") {
  const auto cancel = segue::replace_all(wants + confirm, "CONFIRMED", "CANCELLED");
  const auto disorder = [](const std::string& text) { return read(begin + ask + book + text).bookings.at("a").disorder; };
  CHECK(disorder(wants + confirm + cancel).empty());
  CHECK(disorder(cancel + wants + confirm) == "CANCELLED, then CONFIRMED");
  // With an unanswered change in between nobody can tell.
  CHECK(disorder(cancel + segue::replace_all(wants, "CONFIRMED", "PENDING") + wants + confirm).empty());
}

TEST_CASE("wherever a kill cuts the last line, the lines before it are read") {
  const std::string whole = begin + ask + book + wants;
  for (std::size_t length = whole.size(); length < whole.size() + confirm.size() - 1; ++length) {
    const auto record = read((whole + confirm).substr(0, length));
    CHECK(record.bookings.at("a").status == "PENDING");
    CHECK(record.last_line_cut == (length > whole.size()));
  }
  // Only the line end is missing: the line itself is complete.
  CHECK(read((whole + confirm).substr(0, whole.size() + confirm.size() - 1)).bookings.at("a").status == "CONFIRMED");
}

TEST_CASE("a line that was cut before the next run began is tolerated, too") {
  const auto record = read(begin + ask + book + R"({"at":"2026-)" "\n" + begin + end);
  CHECK(record.bookings.size() == 1);
  CHECK(record.last_line_cut);
}

TEST_CASE("any other damage is an error that names the line") {
  const auto message = [](const std::string& text) -> std::string {
    try {
      read(text);
    } catch (const segue::Error& error) {
      CHECK(error.code() == segue::ErrorCode::usage);
      return error.message();
    }
    return "no error";
  };
  const std::string second = "run.jsonl:2: this is not a line of a ledger", third = "run.jsonl:3: this is not a line of a ledger";
  CHECK(message(begin + "{\"op\":\n" + ask) == second);
  CHECK(message(begin + ask + "hello\n") == third);
  CHECK(message(begin + "\n" + ask) == second);
  CHECK(message(begin + "[1]\n" + ask) == second);
  CHECK(message(begin + book + ask) == second);
  CHECK(message(begin + ask + confirm + end) == third);
  CHECK(message(begin + ask + ask + end) == third);
  CHECK(message(begin + ask + segue::replace_all(full, "k-1", "k-2") + end) == third);
  CHECK(message(begin + ask + segue::replace_all(book, "\"new\"", "\"newer\"") + end) == third);
  CHECK(message(begin + segue::replace_all(ask, "03-17T", "13-17T") + end) == second);
}

TEST_CASE("an id acknowledged to two intents, and an intent acknowledged as two ids, are remembered") {
  const auto other = segue::replace_all(ask + book, "k-1", "k-2");
  CHECK(read(begin + ask + book + other + end).doubled.at("a") == "acknowledged to key k-1 and to key k-2");
  const auto again = segue::replace_all(book, "\"a\"", "\"b\"");
  CHECK(read(begin + ask + book + again + end).doubled.at("b") == "key k-1 was acknowledged as a, too");
}

TEST_CASE("what the ledger wrote is what the reader reads, over a kill and a new start, and no key comes twice") {
  TemporaryFile file;
  const Told told{"a", "old", "PENDING", "2026-04-01", "09:00", "", 0, false};
  std::string first, second;
  {
    Ledger ledger(file.path);
    ledger.begin(7);
    first = ledger.ask(asked);
    ledger.book(first, told, 1);
    ledger.change("a", "CANCELLED");
    ledger.status("a", "CANCELLED");
    ledger.lost(ledger.ask(asked));
  }
  std::ofstream(file.path, std::ios::app) << R"({"at":"20)";     // no end line, and a cut one
  {
    Ledger ledger(file.path);                                    // killed before it began: the file is not worse for it
  }
  {
    Ledger ledger(file.path);
    CHECK(ledger.next_number() == 3);
    ledger.begin(7);
    second = ledger.ask(asked);
    ledger.not_done(second, "full");
    ledger.end();
  }
  CHECK(second == segue::replace_all(first, "-7-1", "-7-3"));
  const auto record = read(segue::read_file(file.path));
  CHECK(record.bookings.at("a").told == told);
  CHECK(record.bookings.at("a").status == "CANCELLED");
  CHECK(record.asked == 3);
  CHECK(record.intents.size() == 2);
  CHECK(record.lost_bookings == 1);
  CHECK(record.last_line_cut);
}

TEST_CASE("keys of two ledgers differ, whatever their seeds") {
  TemporaryFile one, other;
  Ledger left(one.path), right(other.path);
  left.begin(1);
  right.begin(1);
  CHECK(left.ask(asked) != right.ask(asked));
}

TEST_CASE("a ledger has one writer at a time") {
  TemporaryFile file;
  Ledger ledger(file.path);
  CHECK_THROWS_WITH_AS(Ledger(file.path), ("another run writes ledger \"" + file.path + "\"").c_str(), segue::Error);
}

TEST_CASE("a ledger that cannot be written, and a file that is none, are errors at once") {
  CHECK_THROWS_AS(Ledger("/nonexistent/ledger"), segue::Error);
  TemporaryFile file;
  std::ofstream(file.path) << "my notes\nand more\n";
  CHECK_THROWS_AS(Ledger(file.path), segue::Error);
}
