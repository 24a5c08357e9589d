#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/text.hpp"
#include "plan/readers.hpp"

namespace segue::plan {
namespace {

constexpr std::uintmax_t largest_file = 16 << 20;

bool leaves_folder(const std::filesystem::path& path) {
  return path.is_absolute() || std::find(path.begin(), path.end(), "..") != path.end();
}

std::string read_text(const Node& node, const std::filesystem::path& path) {
  std::error_code failure;
  if (!std::filesystem::is_regular_file(path, failure))
    fail_expected(node, "a file in the plan's folder", "no file is at " + path.generic_string());
  if (std::filesystem::file_size(path, failure) > largest_file || failure)
    fail_expected(node, fmt::format("a file of at most {} bytes", grouped(largest_file)));
  auto text = read_file(path.string());
  if (!is_valid_utf8(text) || text.find('\0') != std::string::npos)
    fail_expected(node, "a text file in UTF-8", "save the file as UTF-8");
  if (trim(text).empty()) fail_expected(node, "a file with SQL in it", "the file is empty");
  return text;
}

// Length before bytes, so that no two different lists of files read the same.
std::string framed(const std::string& name, const std::string& bytes) {
  return fmt::format("{} {} {} ", name.size(), name, bytes.size()) + bytes;
}

}  // namespace

const std::string& Files::text(const Node& node) {
  const auto name = text_of(node, "the name of a SQL file");
  if (leaves_folder(name))
    fail_expected(node, "a file inside the plan's folder", "a plan and its files are one thing to review and to approve");
  if (const auto known = texts_.find(name); known != texts_.end()) return known->second;
  order_.push_back(name);
  return texts_[name] = read_text(node, std::filesystem::path(directory_.empty() ? "." : directory_) / name);
}

std::string Files::hash(const std::string& plan_name, const std::string& plan_bytes) const {
  auto all = framed(plan_name, plan_bytes);
  for (const auto& name : order_) all += framed(name, texts_.at(name));
  return sha256_hex(all);
}

}  // namespace segue::plan
