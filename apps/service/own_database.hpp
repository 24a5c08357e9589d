// The service's own PostgreSQL, for `--database embedded:DIR`.
// Does: start it (or attach to the one that runs there), make its schema where the database is empty, start it again
// when it has died. Does not: stop a server that was running before.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "pg/embedded.hpp"

namespace segue::service {

class OwnDatabase {
 public:
  OwnDatabase(std::string directory, std::string_view schema);
  const std::string& url() const { return url_; }
  // To be called now and then, in the thread that made this: the server ends with that thread.
  void revive();

 private:
  pg::EmbeddedOptions options_;
  std::unique_ptr<pg::Embedded> server_;
  std::string url_;
};

}  // namespace segue::service
