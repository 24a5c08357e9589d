#include "reservations/load_times.hpp"

#include <algorithm>

namespace segue::reservations {
namespace {

// One manner of writing: its weight is shared evenly by the texts, which are separated by '|'.
struct Manner {
  Meant meant;
  unsigned weight;
  std::string_view texts;
};

constexpr Manner manners[] = {
    {Meant::morning, 1500, "09:00|10:00|11:00|09:30|10:30|11:30"},
    {Meant::morning, 500, "9:00|9:30|10:15|11:45"},
    {Meant::morning, 600, "오전 9시|오전 10시|오전 11시|오전 10시 30분|오전 9시 30분"},
    {Meant::morning, 320, "9:00 AM|10:00 AM|11:00 AM|10:30 AM"},
    {Meant::morning, 300, "오전|morning|Morning|아침|오전 중|오전 아무때나"},
    {Meant::morning, 260, "9시|10시|11시|10시 30분"},
    {Meant::morning, 120, "오전 10시 반|오전 9시반|10시 반|오전 11시 반"},
    {Meant::morning, 120, "9am|10am|11 am|10AM|9:30am"},
    {Meant::morning, 100, "0930|1030|0900|1100"},
    {Meant::morning, 80, "9.30|10.00|10.30"},
    {Meant::morning, 60, "０９：００|１０：００|１０：３０|오전 １０시"},
    {Meant::morning, 160, "09:00-10:00|10:00~11:00|9시~10시|10:00 - 11:00|오전 10시~11시"},
    {Meant::morning, 100, " 09:00| 10:00 |10:00 |오전  9시|  오전"},
    {Meant::morning, 60, "AM 10:00|a.m. 9:30|오전10시|오전9:30"},

    {Meant::afternoon, 1700, "14:00|15:00|16:00|17:00|14:30|15:30"},
    {Meant::afternoon, 450, "16:30|17:30|13:00|13:30"},
    {Meant::afternoon, 800, "오후 2시|오후 3시|오후 4시|오후 2시 30분|오후 5시|오후 3시 30분"},
    {Meant::afternoon, 450, "2:00 PM|3:00 PM|4:30 PM|2:30 PM|5:00 PM"},
    {Meant::afternoon, 400, "오후|afternoon|Afternoon|오후 중|저녁|evening"},
    {Meant::afternoon, 280, "15시|14시|16시 30분|14시 30분"},
    {Meant::afternoon, 160, "점심|정오|12:00|점심시간|noon"},
    {Meant::afternoon, 140, "오후 2시 반|오후 4시반|3시 반"},
    {Meant::afternoon, 160, "2pm|3pm|4 pm|2PM|3:30pm"},
    {Meant::afternoon, 110, "1430|1500|1630|1400"},
    {Meant::afternoon, 90, "14.30|15.00|16.30"},
    {Meant::afternoon, 70, "１４：００|１５：３０|오후 ３시"},
    {Meant::afternoon, 200, "14:00~15:00|15:00-16:00|14:00 - 16:00|오후 2시~3시|15시~16시"},
    {Meant::afternoon, 110, " 14:00|15:00 | 오후 2시|오후  3시"},
    {Meant::afternoon, 110, "PM 2:00|p.m. 3:30|오후2시|오후3:30"},
    {Meant::afternoon, 70, "2:30|3시|4:00"},  // before opening if taken as written: the clinic's hours decide

    {Meant::nobody_knows, 130, "any time|아무때나|상담 후 결정|미정"},
    {Meant::nobody_knows, 50, ""},
    {Meant::nobody_knows, 65, "25:00|???|-|🙂|ASAP|전화 주세요|오전이나 오후|00|x"},
};

void append(std::vector<TimeText>& list, const Manner& manner) {
  const auto count = 1 + static_cast<unsigned>(std::count(manner.texts.begin(), manner.texts.end(), '|'));
  std::size_t begin = 0;
  for (unsigned i = 0; i < count; ++i) {
    const auto end = std::min(manner.texts.find('|', begin), manner.texts.size());
    list.push_back({manner.texts.substr(begin, end - begin), manner.meant, manner.weight * 10 / count});
    begin = end + 1;
  }
}

}  // namespace

const std::vector<TimeText>& time_texts() {
  static const std::vector<TimeText> list = [] {
    std::vector<TimeText> texts;
    for (const auto& manner : manners) append(texts, manner);
    return texts;
  }();
  return list;
}

TimeTexts::TimeTexts() {
  for (const auto& text : time_texts()) {
    add(all_, text);
    if (text.meant != Meant::nobody_knows) add(readable_, text);
    if (text.meant == Meant::morning) add(morning_, text);
  }
}

void TimeTexts::add(std::vector<Running>& list, const TimeText& text) {
  list.push_back({(list.empty() ? 0 : list.back().up_to) + text.weight, &text});
}

const TimeText& TimeTexts::draw(const std::vector<Running>& list, Random& random) {
  const auto drawn = random.below(list.back().up_to);
  return *std::upper_bound(list.begin(), list.end(), drawn,
                           [](std::uint64_t value, const Running& running) { return value < running.up_to; })->text;
}

}  // namespace segue::reservations
