// SQL as a type of its own: what is not Sql cannot be sent.
// Does: make Sql from literals ("..."_sql) and from templates (build), quoting every identifier and constant.
// Does not: take a std::string. The one door for SQL that a user wrote in a plan is Sql::from_plan.
#pragma once
#include <concepts>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace segue::sql {

class Sql {
 public:
  Sql() = default;
  const std::string& text() const { return text_; }
  bool empty() const { return text_.empty(); }
  // The user's own SQL, as it stands in the plan or in a file beside it.
  static Sql from_plan(std::string text) { return Sql(std::move(text)); }
  // SQL text that segue stored in its journal (an undo), or that the server printed (pg_get_*def).
  static Sql from_journal(std::string text) { return Sql(std::move(text)); }

  friend Sql operator+(Sql left, const Sql& right) { left.text_ += right.text_; return left; }
  Sql& operator+=(const Sql& right) { text_ += right.text_; return *this; }
  friend bool operator==(const Sql&, const Sql&) = default;

 private:
  explicit Sql(std::string text) : text_(std::move(text)) {}
  std::string text_;
  friend Sql operator""_sql(const char*, std::size_t);
  friend Sql assemble(const Sql&, const std::vector<std::string>&);
};

inline Sql operator""_sql(const char* text, std::size_t length) { return Sql(std::string(text, length)); }

// An identifier, always written quoted. Refuses the empty name, NUL and more than 63 bytes,
// which PostgreSQL would cut silently.
struct Ident { std::string name; };
// A table, type, function or index: "schema"."name", or only "name" where the schema is empty.
struct QualifiedName {
  std::string schema, name;
  friend bool operator==(const QualifiedName&, const QualifiedName&) = default;
};
// A constant that cannot be a parameter (in DDL, in a trigger body). Refuses NUL.
struct Literal { std::string value; };

std::string quote_identifier(std::string_view name);
std::string quote_literal(std::string_view value);

inline std::string render(const Ident& ident) { return quote_identifier(ident.name); }
std::string render(const QualifiedName& name);
inline std::string render(const Literal& literal) { return quote_literal(literal.value); }
inline std::string render(const Sql& sql) { return sql.text(); }
std::string render(long long number);
template <std::integral Number> std::string render(Number number) { return render(static_cast<long long>(number)); }

// Replaces each {} of the template in order; "{{" and "}}" are braces.
Sql assemble(const Sql& pattern, const std::vector<std::string>& rendered);
template <class... Parts> Sql build(const Sql& pattern, const Parts&... parts) {
  return assemble(pattern, std::vector<std::string>{render(parts)...});
}

// Joined by the separator: join({a, b}, ", "_sql).
Sql join(const std::vector<Sql>& parts, const Sql& separator);
// "a", "b", "c"
Sql identifier_list(const std::vector<std::string>& names);

// A parameter of type text[].
std::string array_text(const std::vector<std::string>& texts);

}  // namespace segue::sql

namespace segue { using sql::operator""_sql; }
