// phone: a number in E.164, "+821012345678". A number without a country code is one of the plan's country.
// Does not: read extensions, two numbers in one field, or numbers of countries that phone_countries.def does not list.
#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "values/readers.hpp"

namespace segue::values {
namespace {

struct Numbers { std::string_view country, beginning; std::size_t fewest, most; };
struct Country { std::string_view name, code, trunk, abroad; };

constexpr Country countries[] = {
#define SEGUE_COUNTRY(name, code, trunk, abroad) {#name, code, trunk, abroad},
#define SEGUE_NUMBERS(country, beginning, fewest, most)
#include "values/phone_countries.def"
#undef SEGUE_COUNTRY
#undef SEGUE_NUMBERS
};
constexpr Numbers numbers[] = {
#define SEGUE_COUNTRY(name, code, trunk, abroad)
#define SEGUE_NUMBERS(country, beginning, fewest, most) {#country, beginning, fewest, most},
#include "values/phone_countries.def"
#undef SEGUE_COUNTRY
#undef SEGUE_NUMBERS
};

bool is_number_of(const Country& country, std::string_view national) {
  const Numbers* longest = nullptr;
  for (const auto& row : numbers)
    if (row.country == country.name && national.starts_with(row.beginning) && (longest == nullptr || row.beginning.size() > longest->beginning.size()))
      longest = &row;
  return longest != nullptr && longest->fewest <= national.size() && national.size() <= longest->most;
}

// Digits with single spaces, dashes, dots or slashes between them.
std::optional<std::string> digits_of(std::u16string_view text) {
  std::string digits;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char16_t c = text[at];
    if (is_digit(c)) digits += static_cast<char>(c);
    else if (c != u' ' && (at == 0 || at + 1 == text.size() || (c != u'-' && c != u'.' && c != u'/'))) return std::nullopt;
  }
  return digits;
}

Reading number(const Country& country, std::string_view national, const char* rule) {
  return certain(fmt::format("+{}{}", country.code, national), rule);
}

// Behind a +. "+82 010-..." keeps the 0 that is dialled inside the country only: it is left out where no number begins with it.
Reading international(std::string_view digits) {
  for (const auto& country : countries) {
    if (!digits.starts_with(country.code)) continue;
    auto national = digits.substr(country.code.size());
    if (is_number_of(country, national)) return number(country, national, "international number");
    if (country.trunk != "0" || !national.starts_with("0")) continue;
    national.remove_prefix(1);
    if (is_number_of(country, national)) return number(country, national, "international number with a needless 0");
  }
  return unreadable("not a number of a country that is known");
}

class Phone : public Reader {
 public:
  explicit Phone(const Settings& settings) {
    if (settings.country.empty()) return;
    home_ = std::ranges::find(countries, settings.country, &Country::name);
    if (home_ != std::end(countries)) return;
    std::vector<std::string> known;
    for (const auto& country : countries) known.emplace_back(country.name);
    throw Error(ErrorCode::usage, fmt::format("unknown country \"{}\"", settings.country), "known countries: " + join(known, ", "));
  }

  Reading read(std::string_view raw) const override {
    const auto [normal, why] = normalised(raw);
    if (!why.empty()) return unreadable(why);
    if (normal.empty()) return unreadable("empty");
    std::u16string_view text = normal;
    const bool plus = text.front() == u'+';
    if (plus) text.remove_prefix(1);
    const auto digits = digits_of(text);
    if (!digits) return unreadable("not a phone number");
    if (plus) return international(*digits);
    if (home_ == nullptr) return unreadable("a number without a country, and the plan names none");
    return at_home(*digits);
  }

 private:
  Reading at_home(std::string_view digits) const {
    if (!home_->abroad.empty() && digits.starts_with(home_->abroad)) return international(digits.substr(home_->abroad.size()));
    const bool bare = home_->trunk.empty() || home_->trunk == "1";   // dialled as it is: nothing, or a 1 that may stand before it
    if (!home_->trunk.empty() && digits.starts_with(home_->trunk) && is_number_of(*home_, digits.substr(home_->trunk.size())))
      return number(*home_, digits.substr(home_->trunk.size()), "national number");
    if (bare && is_number_of(*home_, digits)) return number(*home_, digits, "national number");
    // "79991234567": the country code without its plus, where that is no number inside the country.
    if (digits.starts_with(home_->code) && is_number_of(*home_, digits.substr(home_->code.size())))
      return number(*home_, digits.substr(home_->code.size()), "international number without its plus");
    return unreadable("not a number of the plan's country");
  }

  const Country* home_ = nullptr;
};

}  // namespace

std::unique_ptr<const Reader> make_phone(const Settings& settings) { return std::make_unique<Phone>(settings); }

}  // namespace segue::values
