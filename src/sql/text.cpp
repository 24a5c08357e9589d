#include "sql/text.hpp"

#include <stdexcept>

#include "base/error.hpp"

namespace segue::sql {
namespace {

constexpr std::size_t longest_identifier = 63;  // NAMEDATALEN - 1

std::string doubled(std::string_view text, char quote) {
  std::string quoted(1, quote);
  for (const char c : text) {
    if (c == quote) quoted += quote;
    quoted += c;
  }
  return quoted += quote;
}

}  // namespace

std::string quote_identifier(std::string_view name) {
  if (name.empty()) throw Error(ErrorCode::usage, "an identifier is empty");
  if (name.size() > longest_identifier)
    throw Error(ErrorCode::usage, "identifier \"" + std::string(name) + "\" is longer than 63 bytes",
                "PostgreSQL would cut it silently; choose a shorter name");
  if (name.find('\0') != std::string_view::npos) throw Error(ErrorCode::usage, "an identifier holds a NUL byte");
  return doubled(name, '"');
}

std::string quote_literal(std::string_view value) {
  if (value.find('\0') != std::string_view::npos) throw Error(ErrorCode::usage, "a constant holds a NUL byte");
  // With a backslash the constant is written in E'' form, so that standard_conforming_strings does not matter.
  const bool escaped = value.find('\\') != std::string_view::npos;
  std::string body;
  for (const char c : value) {
    if (c == '\'' || c == '\\') body += c;
    body += c;
  }
  return (escaped ? "E'" : "'") + body + "'";
}

std::string render(const QualifiedName& name) {
  const auto quoted = quote_identifier(name.name);
  return name.schema.empty() ? quoted : quote_identifier(name.schema) + "." + quoted;
}

std::string render(long long number) { return std::to_string(number); }

Sql assemble(const Sql& pattern, const std::vector<std::string>& rendered) {
  const std::string& text = pattern.text();
  std::string built;
  std::size_t next = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool pair = i + 1 < text.size();
    if (pair && text[i] == '{' && text[i + 1] == '}') {
      built += rendered.at(next++);
      ++i;
    } else if (pair && (text[i] == '{' || text[i] == '}') && text[i + 1] == text[i]) {
      built += text[i++];
    } else {
      built += text[i];
    }
  }
  if (next != rendered.size()) throw std::logic_error("more parts than places in an SQL template: " + text);
  return Sql(std::move(built));
}

Sql join(const std::vector<Sql>& parts, const Sql& separator) {
  Sql joined;
  for (const auto& part : parts) {
    if (&part != &parts.front()) joined += separator;
    joined += part;
  }
  return joined;
}

Sql identifier_list(const std::vector<std::string>& names) {
  std::vector<Sql> parts;
  for (const auto& name : names) parts.push_back(build("{}"_sql, Ident{name}));
  return join(parts, ", "_sql);
}

std::string array_text(const std::vector<std::string>& texts) {
  std::string array = "{";
  for (const auto& text : texts) {
    if (array.size() > 1) array += ',';
    array += '"';
    for (const char c : text) {
      if (c == '"' || c == '\\') array += '\\';
      array += c;
    }
    array += '"';
  }
  return array + "}";
}

}  // namespace segue::sql
