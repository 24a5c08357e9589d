#include "sql/tree.hpp"

namespace segue::sql::tree {
namespace {

const object no_fields;
const array no_items;

bool names_a_kind(std::string_view key) { return !key.empty() && key[0] >= 'A' && key[0] <= 'Z'; }

}  // namespace

std::string text(const object& fields, std::string_view name) {
  const auto* found = fields.if_contains(name);
  return found && found->is_string() ? std::string(found->get_string()) : std::string();
}

bool flag(const object& fields, std::string_view name) {
  const auto* found = fields.if_contains(name);
  return found && found->is_bool() && found->get_bool();
}

std::size_t location(const object& fields) {
  const auto* found = fields.if_contains("location");
  return found && found->is_int64() && found->get_int64() > 0 ? static_cast<std::size_t>(found->get_int64()) : 0;
}

const object& child(const object& fields, std::string_view name) {
  const auto* found = fields.if_contains(name);
  return found && found->is_object() ? found->get_object() : no_fields;
}

const array& list(const object& fields, std::string_view name) {
  const auto* found = fields.if_contains(name);
  return found && found->is_array() ? found->get_array() : no_items;
}

Node node(const value& tagged) {
  if (tagged.is_object() && tagged.get_object().size() == 1) {
    const auto& only = *tagged.get_object().begin();
    if (names_a_kind(only.key()) && only.value().is_object()) return {only.key(), only.value().get_object()};
  }
  return {"", no_fields};
}

Node node(const object& fields, std::string_view name) {
  const auto* found = fields.if_contains(name);
  return found ? node(*found) : Node{"", no_fields};
}

std::string string_of(const value& tagged) { return text(node(tagged).fields, "sval"); }

std::vector<std::string> strings(const array& items) {
  std::vector<std::string> found;
  for (const auto& item : items) found.push_back(string_of(item));
  return found;
}

std::vector<std::string> strings(const value& tagged_list) {
  const auto found = node(tagged_list);
  if (found.kind == "List") return strings(list(found.fields, "items"));
  if (found.kind == "TypeName") return strings(list(found.fields, "names"));
  if (found.kind == "ObjectWithArgs") return strings(list(found.fields, "objname"));
  if (found.kind == "String") return {string_of(tagged_list)};
  return {};
}

QualifiedName qualified(const std::vector<std::string>& parts) {
  if (parts.empty()) return {};
  return {parts.size() > 1 ? parts[parts.size() - 2] : "", parts.back()};
}

QualifiedName relation(const object& range_var) { return {text(range_var, "schemaname"), text(range_var, "relname")}; }

bool any(const value& from, const std::function<bool(const Node&)>& holds) {
  if (from.is_array()) {
    for (const auto& item : from.get_array())
      if (any(item, holds)) return true;
    return false;
  }
  if (!from.is_object()) return false;
  for (const auto& [key, inner] : from.get_object()) {
    if (names_a_kind(key) && inner.is_object() && holds({key, inner.get_object()})) return true;
    if (any(inner, holds)) return true;
  }
  return false;
}

void visit(const value& from, const std::function<void(const Node&)>& see) {
  any(from, [&](const Node& found) {
    see(found);
    return false;
  });
}

}  // namespace segue::sql::tree
