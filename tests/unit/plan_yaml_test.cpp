#include "plan/yaml.hpp"

#include "plan_support.hpp"

using segue::plan::Node;
using segue::plan::read_yaml;

namespace {

std::string refused(const std::string& yaml) {
  try {
    read_yaml("f.yaml", yaml);
    return "";
  } catch (const segue::Error& error) {
    return error.message();
  }
}

std::string nested(int levels) { return std::string(static_cast<std::size_t>(levels), '[') + std::string(static_cast<std::size_t>(levels), ']'); }

}  // namespace

TEST_CASE("YAML nodes carry the place they begin at, counted in characters") {
  const Node root = read_yaml("f.yaml", "점심: {a: 1}\nlist:\n  - \"x\"\n  - y\n");
  REQUIRE(root.keys.size() == 2);
  CHECK(root.keys[0].text == "점심");
  CHECK(root.items[0].where.text() == "f.yaml:1:5");
  CHECK(root.items[0].items[0].where.text() == "f.yaml:1:9");
  CHECK(root.items[1].items[1].where.text() == "f.yaml:4:5");
  CHECK_FALSE(root.items[1].items[0].plain);
  CHECK(root.items[1].items[1].plain);
}

TEST_CASE("YAML scalars stay text") {
  const Node root = read_yaml("f.yaml", "country: no\nversion: 1.10\nnothing:\nempty: ''\n");
  CHECK(root.items[0].text == "no");
  CHECK(root.items[1].text == "1.10");
  CHECK(root.items[2].is_nothing());
  CHECK_FALSE(root.items[3].is_nothing());
}

TEST_CASE("a byte order mark and Windows line ends do not move positions") {
  const Node root = read_yaml("f.yaml", "\xEF\xBB\xBF" "a: 1\r\nb: 2\r\n");
  CHECK(root.keys[0].where.text() == "f.yaml:1:1");
  CHECK(root.keys[1].where.text() == "f.yaml:2:1");
  CHECK(root.items[1].text == "2");
}

TEST_CASE("YAML that a plan never needs is refused at its place") {
  CHECK(refused("a: 1\nb: 2\na: 3\n") == "f.yaml:3:1: duplicate key \"a\"; the first is on line 1");
  CHECK(refused("a: &x 1\n") == "f.yaml:1:4: expected a plain value, got an anchor; a plan says everything once");
  CHECK(refused("a: *x\n") == "f.yaml:1:4: expected a value, got an alias; write the value out");
  CHECK(refused("a: !!int 1\n") == "f.yaml:1:4: expected a plain value, got a tag; the reader knows what each key holds");
  CHECK(refused("a: &l [1]\n") == "f.yaml:1:4: expected a plain value, got an anchor; a plan says everything once");
  CHECK(refused("a: !t {b: 1}\n") == "f.yaml:1:4: expected a plain value, got a tag; the reader knows what each key holds");
  CHECK(refused("a: 1\n---\nb: 2\n") == "f.yaml:2:1: expected the end of the file, got a second document");
  CHECK(refused("? [a]\n: 1\n") == "f.yaml:1:3: expected a key, got a list");
  CHECK(refused("") == "f.yaml:1:1: expected a mapping, got an empty file");
  CHECK(refused("# only a comment\n") == "f.yaml:1:1: expected a mapping, got an empty file");
  CHECK(refused("a: \"x\\0y\"\n") == "f.yaml:1:4: expected text, got a NUL character");
}

TEST_CASE("bytes that are no UTF-8 text are refused at their line and column") {
  CHECK(refused("a: 1\nb: \xFFx\n") == "f.yaml:2:4: expected UTF-8, got a byte that is not");
  CHECK(refused("점심: \xED\xA0\x80\n") == "f.yaml:1:5: expected UTF-8, got a byte that is not");
  CHECK(refused("a: x\xC3") == "f.yaml:1:5: expected UTF-8, got a byte that is not");
  CHECK(refused("\xFF\xFE" "a") == "f.yaml:1:1: expected UTF-8, got a byte that is not");
  CHECK(refused("a: 1\nb: \x01\n") == "f.yaml:2:4: expected text, got \"control characters are not allowed\"");
}

TEST_CASE("YAML that is not well-formed is refused with libyaml's reason and place") {
  CHECK(refused("a: [1, 2\nb: 3\n") ==
        "f.yaml:2:2: this is not well-formed YAML: did not find expected ',' or ']', while parsing a flow sequence that begins at line 1");
  CHECK(refused("a: \"open\n") ==
        "f.yaml:2:1: this is not well-formed YAML: found unexpected end of stream, while scanning a quoted scalar that begins at line 1");
  CHECK(refused("a: b: c\n") == "f.yaml:1:5: this is not well-formed YAML: mapping values are not allowed in this context");
}

TEST_CASE("YAML has bounds of depth and size") {
  CHECK(refused(nested(64)) == "");
  CHECK(refused(nested(65)) == "f.yaml:1:65: expected at most 64 levels, got more");
  CHECK(refused(std::string(1 << 20, '[')) == "f.yaml:1:65: expected at most 64 levels, got more");
  CHECK(refused(std::string((1 << 20) + 1, '#')) == "f.yaml:1:1: expected at most 1,048,576 bytes, got 1,048,577");
  CHECK(refused("a: " + std::string((1 << 20) - 3, 'x')) == "");
}
