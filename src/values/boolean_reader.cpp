// boolean: the words for yes and no of the languages, and nothing else.
#include "values/readers.hpp"
#include "values/vocabulary.hpp"

namespace segue::values {
namespace {

class Boolean : public Reader {
 public:
  explicit Boolean(const Settings& settings) : vocabulary_(Vocabulary::of(settings.languages)) {}

  Reading read(std::string_view raw) const override {
    auto [text, why] = normalised(raw);
    if (!why.empty()) return unreadable(std::move(why));
    if (!text.empty() && (text.back() == u'.' || text.back() == u'!')) text.pop_back();
    if (text.empty()) return unreadable("empty");
    const bool* truth = vocabulary_->truth(text);
    return truth == nullptr ? unreadable("neither yes nor no") : certain(*truth ? "true" : "false", *truth ? "yes" : "no");
  }

 private:
  std::shared_ptr<const Vocabulary> vocabulary_;
};

}  // namespace

std::unique_ptr<const Reader> make_boolean(const Settings& settings) { return std::make_unique<Boolean>(settings); }

}  // namespace segue::values
