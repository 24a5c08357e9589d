// The list of fault points: complete, explained, in the place it names, and the same in docs/faults.md.
#include "base/fault.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <set>

#include "base/error.hpp"
#include "base/text.hpp"

using namespace segue;

namespace {

struct Entry { std::string name, where, meaning; };

const std::vector<Entry>& listed() {
  static const std::vector<Entry> all = {
#define SEGUE_FAULT_POINT(name, where, meaning) {#name, where, meaning},
#define SEGUE_FAULT_COMMIT(name, where, meaning) {#name, where, meaning},
#include "base/faults.def"
#undef SEGUE_FAULT_POINT
#undef SEGUE_FAULT_COMMIT
  };
  return all;
}

bool refused(const char* text) {
  setenv("SEGUE_FAULT", text, 1);
  bool usage = false;
  try {
    fault::arm();
  } catch (const Error& error) {
    usage = error.code() == ErrorCode::usage;
  }
  unsetenv("SEGUE_FAULT");
  return usage;
}

}  // namespace

TEST_CASE("docs/faults.md is what `segue faults` prints") {
  CHECK_MESSAGE(read_file(SEGUE_SOURCE_DIR "/docs/faults.md") == fault::table_markdown(), "segue faults > docs/faults.md");
}

TEST_CASE("there are at least forty fault points, each with a name and a meaning of its own") {
  std::set<std::string> names, meanings;
  for (const auto& entry : listed()) {
    CHECK(names.insert(entry.name).second);
    CHECK(meanings.insert(entry.meaning).second);
  }
  CHECK(fault::all_names().size() >= 40);
}

TEST_CASE("every fault point stands where the list says") {
  for (const auto& entry : listed()) {
    const auto source = read_file(std::string(SEGUE_SOURCE_DIR "/src/") + entry.where + ".cpp");
    const bool stands = source.find("fault::Point::" + entry.name + ")") != std::string::npos || source.find("fault::Point::" + entry.name + ",") != std::string::npos;
    CHECK_MESSAGE(stands, entry.name);
  }
}

TEST_CASE("what asks for no listed point or no harm is refused") {
  for (const auto* text : {"step_done=kill", "step_done.sent", "step_done.sent=burn", "step_done.sent:0=kill", "step_done.sent:x=kill", "nowhere=kill", "=kill", "locks_had=kill=cut"})
    CHECK_MESSAGE(refused(text), text);
  CHECK_FALSE(refused(""));
}
