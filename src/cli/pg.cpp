#include "pg/embedded.hpp"

#include <boost/json.hpp>

#include "base/error.hpp"
#include "cli/command.hpp"

namespace segue::cli {

int pg(const Words& words) {
  const Arguments arguments(words, with_common({{"--dir", true}, {"--remove"}}));
  const auto& verb = arguments.positional(0, "start, stop or url");
  arguments.at_most(1);
  const auto directory = arguments.value("--dir");
  if (!directory || directory->empty()) throw Error(ErrorCode::usage, "expected --dir DIR: where the server's data lie");
  std::string url;
  if (verb == "start") {
    segue::pg::EmbeddedOptions options;
    options.directory = *directory;
    options.outlive = true;
    url = segue::pg::Embedded(options).url();
  } else if (verb == "url") {
    url = segue::pg::Embedded::url_of(*directory);
  } else if (verb == "stop") {
    segue::pg::Embedded::stop_in(*directory, arguments.has("--remove"));
    print(arguments.has("--json") ? "{\"stopped\":true}" : "stopped");
    return 0;
  } else {
    throw Error(ErrorCode::usage, "unknown word \"" + verb + "\"", "segue pg start|stop|url --dir DIR");
  }
  print(arguments.has("--json") ? boost::json::serialize(boost::json::object{{"url", url}}) : url);
  return 0;
}

}  // namespace segue::cli
