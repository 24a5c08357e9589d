// A patient's data is taken out of reservations; the reservations stay, as somebody's.
// Does: find the rows in bounded batches, anonymise them, cancel those that still lie ahead. Each batch is a transaction.
// Does not: reach copies that others keep (docs/reservations.md lists them), or send queries itself.
//
// Afterwards the name is "erased", phone is empty, the birth date is 1900-01-01, e-mail and both notes are NULL. A wish for a
// time stays if it reads as a time of day; any other text may hold anything and becomes the start of the row's half of the day.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pg/pipeline.hpp"

namespace segue::reservations {

inline constexpr int erase_batch = 500;

// Which columns a reservation has now.
struct Columns { bool old_model = false, new_model = false; };
pg::Query columns_query();
Columns read_columns(const pg::Result& result);

struct Patient { std::string phone; std::optional<std::string> birth_date; };
// Telephone numbers are compared by their digits.
pg::Query rows_of_patient(const Patient& patient, const Columns& columns);
// Where the last batch ended; rows before the day of `before`, in the order of date and key.
struct Place { std::string date = "0001-01-01", id; };
pg::Query rows_before(const std::string& before, const Place& after, const Columns& columns);

struct Batch { std::string ids, unreadable; int rows = 0; Place last; };  // JSON lists of keys
Batch read_batch(const pg::Result& result);

struct Erased { std::int64_t rows = 0, cancelled = 0; };
pg::Query anonymise(const Batch& batch, const Columns& columns, const std::string& today, const std::string& by);
Erased read_erased(const pg::Result& result);

}  // namespace segue::reservations
