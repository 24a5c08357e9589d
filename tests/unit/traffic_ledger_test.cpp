#include <doctest/doctest.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "base/error.hpp"
#include "base/text.hpp"
#include "traffic/ledger.hpp"

using namespace segue::traffic;

namespace {

const std::string begin = R"({"at":"2026-03-17T10:00:00.250Z","op":"begin","seed":1,"in_flight":8})" "\n";
const std::string book =
    R"({"at":"2026-03-17T10:00:01.000Z","op":"book","id":"a","date":"2026-04-01","service":"SKIN_CARE","form":"old","variant":"new","status":"PENDING"})" "\n";
const std::string confirm = R"({"at":"2026-03-17T10:00:02.000Z","op":"status","id":"a","status":"CONFIRMED"})" "\n";
const std::string lost = R"({"at":"2026-03-17T10:00:02.000Z","op":"lost","what":"book","client":"c"})" "\n";
const std::string end = R"({"at":"2026-03-17T10:00:03.000Z","op":"end"})" "\n";

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

TEST_CASE("a ledger gives each booking with its last acknowledged status") {
  const auto record = read(begin + book + confirm + lost + end);
  REQUIRE(record.bookings.size() == 1);
  CHECK(record.bookings.at("a") == Booking{"a", "2026-04-01", "SKIN_CARE", "old", "new", "CONFIRMED"});
  CHECK(record.lines == 5);
  CHECK(record.status_changes == 1);
  CHECK(record.lost_bookings == 1);
  CHECK(record.lost_changes == 0);
  CHECK(record.cut_short == 0);
  CHECK(record.first.time_since_epoch().count() == 1773741600250);
}

TEST_CASE("wherever a kill cuts the last line, the lines before it are read") {
  const std::string whole = begin + book;
  for (std::size_t length = whole.size(); length < whole.size() + confirm.size() - 1; ++length) {
    const auto record = read((whole + confirm).substr(0, length));
    CHECK(record.bookings.at("a").status == "PENDING");
    CHECK(record.last_line_cut == (length > whole.size()));
    CHECK(record.cut_short == 8);
  }
  // Only the line end is missing: the line itself is complete.
  CHECK(read((whole + confirm).substr(0, whole.size() + confirm.size() - 1)).bookings.at("a").status == "CONFIRMED");
}

TEST_CASE("a line that was cut before the next run began is tolerated, too") {
  const auto record = read(begin + book + R"({"at":"2026-)" "\n" + begin + end);
  CHECK(record.bookings.size() == 1);
  CHECK(record.last_line_cut);
  CHECK(record.cut_short == 8);
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
  CHECK(message(begin + "{\"op\":\n" + book) == "run.jsonl:2: this is not a line of a ledger");
  CHECK(message(begin + book + "hello\n") == "run.jsonl:3: this is not a line of a ledger");
  CHECK(message(begin + "\n" + book) == "run.jsonl:2: this is not a line of a ledger");
  CHECK(message(begin + "[1]\n" + book) == "run.jsonl:2: this is not a line of a ledger");
  CHECK(message(begin + confirm + book) == "run.jsonl:2: this is not a line of a ledger");
  CHECK(message(begin + segue::replace_all(book, "\"new\"", "\"newer\"") + end) == "run.jsonl:2: this is not a line of a ledger");
  CHECK(message(begin + segue::replace_all(book, "03-17T", "13-17T") + end) == "run.jsonl:2: this is not a line of a ledger");
}

TEST_CASE("an id that was acknowledged twice is remembered") {
  CHECK(read(begin + book + book + end).doubled == std::vector<std::string>{"a"});
}

TEST_CASE("what the ledger wrote is what the reader reads, over a kill and a new start") {
  TemporaryFile file;
  {
    Ledger ledger(file.path);
    ledger.begin(1, 4);
    ledger.book({"a", "2026-04-01", "SKIN_CARE", "new", "old", "PENDING"});
    ledger.status("a", "CANCELLED");
    ledger.lost("status", "c");
  }
  std::ofstream(file.path, std::ios::app) << R"({"at":"20)";     // no end line, and a cut one
  {
    Ledger ledger(file.path);
    ledger.begin(1, 4);
    ledger.end();
  }
  const auto record = read(segue::read_file(file.path));
  CHECK(record.bookings.at("a") == Booking{"a", "2026-04-01", "SKIN_CARE", "new", "old", "CANCELLED"});
  CHECK(record.lost_changes == 1);
  CHECK(record.cut_short == 4);
  CHECK(record.last_line_cut);
}

TEST_CASE("a ledger that cannot be written is an error at once") {
  CHECK_THROWS_AS(Ledger("/nonexistent/ledger"), segue::Error);
}
