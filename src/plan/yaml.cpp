#include "plan/yaml.hpp"

#include <fmt/format.h>
#include <yaml.h>

#include <unordered_map>

#include "base/error.hpp"
#include "base/text.hpp"

namespace segue::plan {
namespace {

constexpr std::size_t largest_file = 1 << 20;
constexpr int deepest = 64;

struct Event {
  yaml_event_t raw{};
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() { yaml_event_delete(&raw); }
};

class Composer {
 public:
  Composer(std::string file, std::string_view bytes) : file_(std::move(file)), bytes_(bytes) {
    if (yaml_parser_initialize(&parser_) == 0) throw Error(ErrorCode::system, "out of memory while reading YAML");
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  }
  Composer(const Composer&) = delete;
  Composer& operator=(const Composer&) = delete;
  ~Composer() { yaml_parser_delete(&parser_); }

  Node document() {
    expect(YAML_STREAM_START_EVENT);
    Event first;
    next(first);
    if (first.raw.type == YAML_STREAM_END_EVENT) fail({file_, 1, 1}, "expected a mapping, got an empty file");
    Event begin;
    next(begin);
    Node root = compose(begin, 1);
    expect(YAML_DOCUMENT_END_EVENT);
    Event last;
    next(last);
    if (last.raw.type != YAML_STREAM_END_EVENT)
      fail(at(last.raw.start_mark), "expected the end of the file, got a second document");
    return root;
  }

 private:
  Where at(const yaml_mark_t& mark) const {
    return {file_, static_cast<int>(mark.line) + 1, static_cast<int>(mark.column) + 1};
  }

  void next(Event& event) {
    if (yaml_parser_parse(&parser_, &event.raw) == 0) refuse();
  }
  // libyaml answers in this order always; the event only has to be taken.
  void expect(yaml_event_type_t type) {
    Event event;
    next(event);
    if (event.raw.type != type) fail(at(event.raw.start_mark), "this is not well-formed YAML");
  }

  [[noreturn]] void refuse() const {
    const std::string problem = parser_.problem ? parser_.problem : "unknown problem";
    if (parser_.error == YAML_READER_ERROR)
      fail(position_of(file_, bytes_, parser_.problem_offset), "expected text, got " + quoted(problem));
    if (parser_.error == YAML_MEMORY_ERROR) throw Error(ErrorCode::system, "out of memory while reading YAML");
    std::string message = "this is not well-formed YAML: " + problem;
    if (parser_.context)
      message += fmt::format(", {} that begins at line {}", parser_.context, parser_.context_mark.line + 1);
    fail(at(parser_.problem_mark), message, "quote texts that hold \": \", \" #\" or begin with a special character");
  }

  void refuse_property(const Event& event, const yaml_char_t* anchor, const yaml_char_t* tag) const {
    if (anchor) fail(at(event.raw.start_mark), "expected a plain value, got an anchor; a plan says everything once");
    if (tag) fail(at(event.raw.start_mark), "expected a plain value, got a tag; the reader knows what each key holds");
  }

  Node compose(const Event& event, int depth) {
    Node node;
    node.where = at(event.raw.start_mark);
    if (depth > deepest) fail(node.where, fmt::format("expected at most {} levels, got more", deepest));
    switch (event.raw.type) {
      case YAML_SCALAR_EVENT: scalar(event, node); break;
      case YAML_SEQUENCE_START_EVENT: list(event, node, depth); break;
      case YAML_MAPPING_START_EVENT: mapping(event, node, depth); break;
      case YAML_ALIAS_EVENT: fail(node.where, "expected a value, got an alias; write the value out");
      default: fail(node.where, "this is not well-formed YAML");
    }
    return node;
  }

  void scalar(const Event& event, Node& node) const {
    const auto& scalar = event.raw.data.scalar;
    refuse_property(event, scalar.anchor, scalar.tag);
    node.text.assign(reinterpret_cast<const char*>(scalar.value), scalar.length);
    node.plain = scalar.style == YAML_PLAIN_SCALAR_STYLE;
    if (node.text.find('\0') != std::string::npos) fail(node.where, "expected text, got a NUL character");
  }

  void list(const Event& event, Node& node, int depth) {
    node.kind = Node::Kind::list;
    refuse_property(event, event.raw.data.sequence_start.anchor, event.raw.data.sequence_start.tag);
    for (;;) {
      Event item;
      next(item);
      if (item.raw.type == YAML_SEQUENCE_END_EVENT) return;
      node.items.push_back(compose(item, depth + 1));
    }
  }

  void mapping(const Event& event, Node& node, int depth) {
    node.kind = Node::Kind::mapping;
    refuse_property(event, event.raw.data.mapping_start.anchor, event.raw.data.mapping_start.tag);
    std::unordered_map<std::string, int> lines;
    for (;;) {
      Event key;
      next(key);
      if (key.raw.type == YAML_MAPPING_END_EVENT) return;
      node.keys.push_back(compose(key, depth + 1));
      const Node& name = node.keys.back();
      if (name.kind != Node::Kind::scalar) fail(name.where, "expected a key, got " + describe(name));
      const auto [first, is_new] = lines.emplace(name.text, name.where.line);
      if (!is_new)
        fail(name.where, fmt::format("duplicate key {}; the first is on line {}", quoted(name.text), first->second));
      Event value;
      next(value);
      node.items.push_back(compose(value, depth + 1));
    }
  }

  std::string file_;
  std::string_view bytes_;
  yaml_parser_t parser_{};
};

bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

std::size_t first_invalid_byte(std::string_view bytes) {
  std::size_t begin = 0;
  while (begin < bytes.size()) {
    std::size_t end = begin + 1;
    while (end < bytes.size() && continues_character(bytes[end])) ++end;
    if (!is_valid_utf8(bytes.substr(begin, end - begin))) break;
    begin = end;
  }
  return begin;
}

}  // namespace

Node read_yaml(const std::string& file, std::string_view bytes) {
  if (bytes.size() > largest_file)
    fail({file, 1, 1}, fmt::format("expected at most {} bytes, got {}", grouped(largest_file), grouped(static_cast<std::int64_t>(bytes.size()))));
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  if (!is_valid_utf8(bytes))
    fail(position_of(file, bytes, first_invalid_byte(bytes)), "expected UTF-8, got a byte that is not",
         "save the file as UTF-8");
  return Composer(file, bytes).document();
}

void fail(const Where& where, const std::string& message, const std::string& hint) {
  throw Error(ErrorCode::plan_file, where.text() + ": " + message, hint);
}

Where position_of(const std::string& file, std::string_view bytes, std::size_t offset) {
  Where where{file, 1, 1};
  for (const char byte : bytes.substr(0, offset)) {
    if (byte == '\n') { ++where.line; where.column = 1; }
    else if (!continues_character(byte)) ++where.column;
  }
  return where;
}

std::string quoted(std::string_view text) {
  constexpr std::size_t longest = 60;
  std::string shown = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i >= longest && !continues_character(text[i])) return shown + "...\"";
    shown += static_cast<unsigned char>(text[i]) < 0x20 || text[i] == 0x7F ? ' ' : text[i];
  }
  return shown + "\"";
}

std::string describe(const Node& node) {
  if (node.kind == Node::Kind::list) return "a list";
  if (node.kind == Node::Kind::mapping) return "a mapping";
  return node.is_nothing() ? "nothing" : quoted(node.text);
}

}  // namespace segue::plan
