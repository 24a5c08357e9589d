#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/text.hpp"
#include "steps/needs.hpp"

namespace segue::steps {
namespace {

std::string duration_text(double seconds) {
  if (seconds < 1) return "less than a second";
  if (seconds < 120) return fmt::format("{:.0f} s", seconds);
  if (seconds < 7200) return fmt::format("{:.0f} min", seconds / 60);
  return fmt::format("{:.1f} h", seconds / 3600);
}

std::int64_t whole(double number) { return static_cast<std::int64_t>(number); }

boost::json::value or_null(const std::optional<std::int64_t>& bytes) { return bytes ? boost::json::value(*bytes) : boost::json::value(nullptr); }

}  // namespace

std::string text_of(const Needs& needs, const Room& room) {
  auto text = needs.rows > 0 ? fmt::format("needs, estimated: {} rows", grouped(whole(needs.rows))) : std::string("needs, estimated: no row is touched");
  if (needs.rows > 0) text += needs.seconds ? fmt::format(", {} (by {})", duration_text(*needs.seconds), needs.rate) : ", time not known yet";
  if (needs.rows <= 0) return text;
  if (needs.disk() + needs.wal < 1) return text + "; no disk";
  for (const auto& [what, bytes] : {std::pair{"table", needs.table}, {"indexes", needs.indexes}, {"archive", needs.archive}})
    if (bytes >= 1) text += fmt::format("; {} +{}", what, bytes_text(whole(bytes)));
  text += fmt::format("; WAL {}", bytes_text(whole(needs.wal)));
  if (room.allowed) text += fmt::format("; allowed {}", bytes_text(*room.allowed));
  return text + (room.free ? fmt::format("; free {}", bytes_text(*room.free)) : "; free space unknown");
}

std::string json_of(const Needs& needs, const Room& room) {
  return boost::json::serialize(boost::json::object{
      {"estimate", true}, {"rows", whole(needs.rows)}, {"seconds", needs.seconds ? boost::json::value(*needs.seconds) : boost::json::value(nullptr)},
      {"rate", needs.rate}, {"tableBytes", whole(needs.table)}, {"indexBytes", whole(needs.indexes)}, {"archiveBytes", whole(needs.archive)},
      {"walBytes", whole(needs.wal)}, {"freeBytes", or_null(room.free)}, {"allowedBytes", or_null(room.allowed)}});
}

}  // namespace segue::steps
