// Small text tools that the standard library lacks; bytes in, bytes out, no locale.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace segue {

std::vector<std::string> split_text(std::string_view text, char separator);
std::string_view trim(std::string_view text);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string replace_all(std::string text, std::string_view from, std::string_view to);
bool is_valid_utf8(std::string_view text);
// The whole text as a number, or nothing.
std::optional<std::int64_t> to_integer(std::string_view text);
std::optional<double> to_number(std::string_view text);
// "500ms", "10s", "5min", "24h", or nothing.
std::optional<std::chrono::milliseconds> to_duration(std::string_view text);
// "512kB", "500MB", "200GB", "2TB" (powers of 1024, as PostgreSQL counts), or nothing.
std::optional<std::int64_t> to_bytes(std::string_view text);
// "1.2 GB", "640 kB", "17 bytes"
std::string bytes_text(std::int64_t bytes);
// Lower-case hex SHA-256 of the bytes.
std::string sha256_hex(std::string_view bytes);
// The file's bytes; Error{not_found} if it cannot be read.
std::string read_file(const std::string& path);
// "1,234,567"
std::string grouped(std::int64_t number);
// A random (version 4) UUID, lower-case text; from the system's secure source.
std::string random_uuid();

}  // namespace segue
