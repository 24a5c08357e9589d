// How much room the server's disk has. PostgreSQL cannot say it; the file system can, if the server is on this machine.
#include <sys/socket.h>
#include <sys/statvfs.h>

#include <fmt/format.h>

#include "catalog/catalog.hpp"

namespace segue::catalog {
namespace {

// The server process at the other end of a Unix socket: 0 where it belongs to another container, nothing over TCP.
std::optional<int> server_process(int socket) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  if (getpeername(socket, reinterpret_cast<sockaddr*>(&address), &length) != 0 || address.ss_family != AF_UNIX) return std::nullopt;
  ucred peer{};
  length = sizeof peer;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0 || peer.pid <= 0) return std::nullopt;
  return peer.pid;
}

std::optional<std::int64_t> free_at(const std::string& path) {
  struct statvfs disk{};
  if (path.empty() || statvfs(path.c_str(), &disk) != 0) return std::nullopt;
  return static_cast<std::int64_t>(disk.f_bavail) * static_cast<std::int64_t>(disk.f_frsize);
}

// Names of paths are the server's: where it lives in a container, only its own root leads there.
std::optional<std::int64_t> free_of(int process, const std::string& tablespace, const std::string& data) {
  if (const auto seen = free_at(tablespace.empty() ? fmt::format("/proc/{}/cwd", process) : fmt::format("/proc/{}/root{}", process, tablespace))) return seen;
  return free_at(tablespace.empty() ? data : tablespace);
}

}  // namespace

std::optional<std::int64_t> free_bytes(pg::Connection& db) {
  const auto process = server_process(db.socket());
  if (!process) return std::nullopt;
  const auto rows = db.run("catalog.where", R"sql(
    select pg_tablespace_location(dattablespace),
           case when pg_has_role(current_user, 'pg_read_all_settings', 'usage') then current_setting('data_directory') else '' end
    from pg_catalog.pg_database where datname = current_database())sql"_sql);
  return free_of(*process, rows.text(0, 0), rows.text(0, 1));
}

}  // namespace segue::catalog
