// A plan's folder for a test, and the message that reading a plan gives.
#pragma once
#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "base/error.hpp"
#include "base/text.hpp"
#include "plan/plan.hpp"

namespace plan_test {

class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "segue-plan-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string path() const { return path_; }
  void write(const std::string& name, const std::string& bytes) const {
    const auto file = std::filesystem::path(path_) / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << bytes;
  }

 private:
  std::string path_;
};

// One folder for all tests that only need some SQL file to exist.
inline const Folder& shared_folder() {
  static const Folder folder;
  static const bool filled = (folder.write("a.sql", "SELECT 1;\n"), folder.write("b.sql", "SELECT 2;\n"), true);
  (void)filled;
  return folder;
}

inline segue::plan::Plan parse(const std::string& yaml) {
  return segue::plan::parse("plan.yaml", yaml, shared_folder().path());
}

struct Refusal { std::string message, hint; };
// What reading says; both empty if the plan was taken.
inline Refusal refusal(const std::string& yaml) {
  try {
    parse(yaml);
    return {};
  } catch (const segue::Error& error) {
    CHECK(error.code() == segue::ErrorCode::plan_file);
    return {error.message(), error.hint()};
  }
}

// Two parts of a plan that most tests need; begin at line 2 after "plan: p".
inline const std::string value_period =
    "values:\n"
    "  period:\n"
    "    column: bookings.wish\n"
    "    reader: time-of-day\n"
    "    becomes: {before \"12:00\": EARLY, otherwise: LATE}\n";
inline const std::string mapping_bookings =
    "mappings:\n"
    "  bookings:\n"
    "    new: {set: {period: value(period)}}\n"
    "    old: {set: {wish: new.period}}\n";

}  // namespace plan_test
