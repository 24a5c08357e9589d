// A file of JSON lines that survives a kill: what a ledger is written to.
// Does: one write() a line, so that a kill leaves at most the last one cut; close such a line when it is continued; keep out a second
//       writer; each second to the disk, beside the run. Does not: know what a line says.
#pragma once
#include <boost/json/object.hpp>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

namespace segue::traffic {

// An open file; closed with it, and when a constructor behind it throws.
class OpenFile {
 public:
  explicit OpenFile(int descriptor) : descriptor_(descriptor) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile();
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

class LineFile {
 public:
  // Creates or continues the file. Error{system} if it cannot be written or another run writes it.
  explicit LineFile(std::string path);

  const std::string& path() const { return path_; }
  const std::string& before() const { return before_; }          // what was in it
  void write(const boost::json::object& line);
  // An object that begins with the time and "op".
  static boost::json::object line(std::string_view op);

 private:
  std::string path_, before_;
  OpenFile file_;
  bool cut_ = false;                                             // the file's last line is not whole
  std::jthread syncer_;                                          // ends before the file is closed
};

using Time = std::chrono::sys_time<std::chrono::milliseconds>;
Time parse_time(const std::string& text);                        // as line() writes it; else std::invalid_argument

// Each line to `read`. What it throws is Error{usage} "name:line: ...", but for a line that a kill has cut off: the very last one, or the
// last before the run that came after; `cut` tells.
void read_lines(const std::string& name, std::string_view text, bool& cut, const std::function<void(std::string_view)>& read);

}  // namespace segue::traffic
