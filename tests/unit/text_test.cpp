#include "base/text.hpp"

#include <doctest/doctest.h>

#include <set>

#include "base/error.hpp"

using namespace segue;

TEST_CASE("a text is split at each separator; empty parts stay") {
  CHECK(split_text("a,b", ',') == std::vector<std::string>{"a", "b"});
  CHECK(split_text(",a,,", ',') == std::vector<std::string>{"", "a", "", ""});
  CHECK(split_text("", ',') == std::vector<std::string>{""});
  CHECK(join(split_text("x\ny\nz", '\n'), "\n") == "x\ny\nz");
  CHECK(join({}, ", ").empty());
}

TEST_CASE("white space is trimmed at both ends only") {
  CHECK(trim("  a b\t\r\n") == "a b");
  CHECK(trim(" \t\n").empty());
  CHECK(trim("").empty());
}

TEST_CASE("each occurrence is replaced once, and what replaces it is not looked at again") {
  CHECK(replace_all("a\"b\"", "\"", "\\\"") == "a\\\"b\\\"");
  CHECK(replace_all("aaa", "a", "aa") == "aaaaaa");
  CHECK(replace_all("abc", "x", "y") == "abc");
}

TEST_CASE("well-formed UTF-8 of every length is valid") {
  for (const char* text : {"", "plain", "é", "예약 오전 10시", "🙂", "\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF",
                           "\xEE\x80\x80", "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"})
    CHECK_MESSAGE(is_valid_utf8(text), text);
  CHECK(is_valid_utf8(std::string_view("a\0b", 3)));
}

TEST_CASE("broken UTF-8 is not valid: stray, cut off, overlong, surrogates, beyond Unicode") {
  for (const char* text : {"\x80", "\xBF", "a\xC3", "\xE2\x82", "\xF0\x9F\x99", "\xC0\xAF", "\xC1\xBF", "\xE0\x9F\xBF", "\xF0\x8F\xBF\xBF",
                           "\xED\xA0\x80", "\xED\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFE", "\xFF", "\xC3(", "\xE2\x28\xA1"})
    CHECK_FALSE(is_valid_utf8(text));
}

TEST_CASE("the whole text is a whole number, or none") {
  CHECK(to_integer("0") == 0);
  CHECK(to_integer("-12") == -12);
  CHECK(to_integer("9223372036854775807") == 9223372036854775807);
  for (const char* text : {"", "-", "+1", " 1", "1 ", "1.0", "0x1", "9223372036854775808"}) CHECK_FALSE(to_integer(text));
}

TEST_CASE("the whole text is a number, or none") {
  CHECK(to_number("0.5") == 0.5);
  CHECK(to_number("-1e3") == -1000);
  for (const char* text : {"", ".", "1,5", "1 ", "0x1"}) CHECK_FALSE(to_number(text));
}

TEST_CASE("a duration is a number and its unit") {
  using std::chrono::milliseconds;
  CHECK(to_duration("500ms") == milliseconds(500));
  CHECK(to_duration("10s") == milliseconds(10'000));
  CHECK(to_duration("5min") == milliseconds(300'000));
  CHECK(to_duration("24h") == milliseconds(86'400'000));
  CHECK(to_duration("0s") == milliseconds(0));
  for (const char* text : {"", "10", "s", "-1s", "1.5s", "10 s", "10m", "10S", "9999999999s"}) CHECK_FALSE(to_duration(text));
}

TEST_CASE("SHA-256 is the standard's") {
  CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("a file that is not there is an error that names it") {
  CHECK_THROWS_WITH_AS(read_file("/no/such/file"), "cannot read file \"/no/such/file\"", Error);
}

TEST_CASE("large numbers are grouped by thousands") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1000) == "1,000");
  CHECK(grouped(-1234567) == "-1,234,567");
  CHECK(grouped(-999) == "-999");
}

TEST_CASE("a random UUID is of version 4, and no two are equal") {
  std::set<std::string> seen;
  for (int i = 0; i < 200; ++i) {
    const auto uuid = random_uuid();
    REQUIRE(uuid.size() == 36);
    CHECK(uuid[14] == '4');
    CHECK(std::string("89ab").find(uuid[19]) != std::string::npos);
    CHECK(uuid.find_first_not_of("0123456789abcdef-") == std::string::npos);
    CHECK(seen.insert(uuid).second);
  }
}

TEST_CASE("sizes are read in powers of 1024, and nothing else is") {
  CHECK(segue::to_bytes("1kB") == 1024);
  CHECK(segue::to_bytes("200GB") == 200LL << 30);
  CHECK(segue::to_bytes("999999TB") == 999'999LL << 40);
  for (const auto* odd : {"", "GB", "1", "1 GB", "1gb", "-1GB", "1.5GB", "1000000TB", "1GBs"}) {
    CAPTURE(odd);
    CHECK_FALSE(segue::to_bytes(odd));
  }
}

TEST_CASE("sizes are written short") {
  CHECK(segue::bytes_text(0) == "0 bytes");
  CHECK(segue::bytes_text(1023) == "1023 bytes");
  CHECK(segue::bytes_text(1536) == "1.5 kB");
  CHECK(segue::bytes_text(10 << 20) == "10 MB");
  CHECK(segue::bytes_text((1LL << 30) - 1) == "1.0 GB");
  CHECK(segue::bytes_text(3LL << 50) == "3072 TB");
}
