// The main of the tests that need PostgreSQL: one server for all of them.
// It is started here, in the main thread, because it ends with the thread that started it.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>

#include "base/error.hpp"
#include "support/database.hpp"

namespace {

// Told when tests really run: not for --help or --list-test-cases.
struct ServerForTests : doctest::IReporter {
  explicit ServerForTests(const doctest::ContextOptions&) {}
  void test_run_start() override { segue::tests::server(); }
  void test_run_end(const doctest::TestRunStats&) override { segue::tests::stop_server(); }
  void report_query(const doctest::QueryData&) override {}
  void test_case_start(const doctest::TestCaseData&) override {}
  void test_case_reenter(const doctest::TestCaseData&) override {}
  void test_case_end(const doctest::CurrentTestCaseStats&) override {}
  void test_case_exception(const doctest::TestCaseException&) override {}
  void subcase_start(const doctest::SubcaseSignature&) override {}
  void subcase_end() override {}
  void log_assert(const doctest::AssertData&) override {}
  void log_message(const doctest::MessageData&) override {}
  void test_case_skipped(const doctest::TestCaseData&) override {}
};

}  // namespace

REGISTER_LISTENER("server", 1, ServerForTests);

int main(int argc, char** argv) {
  setenv("SEGUE_STATE", "", 1);                                  // tests leave no memory on the machine
  try {
    return doctest::Context(argc, argv).run();
  } catch (const segue::Error& error) {
    std::fprintf(stderr, "%s\n", segue::describe(error).c_str());
    return segue::facts_of(error.code()).exit_status;
  }
}
