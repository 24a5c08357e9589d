#include "cli/preview.hpp"

namespace segue::cli {

std::optional<Table> result_of(const std::vector<journal::StepRecord>& records, const plan::Phase& phase, const plan::Step& step) {
  for (const auto& record : records)
    if (record.phase == phase.name && record.step == step.name && record.kind == "preview" && record.state == "done") return table_of(record.detail);
  return std::nullopt;
}

std::string text_of(const Table& table, const std::string& indent) {
  auto text = indent + table.title;
  for (const auto& line : lines_of(table)) text += "\n" + indent + line;
  return text;
}

bool has_preview(const plan::Phase& phase) {
  for (const auto& step : phase.steps)
    if (std::holds_alternative<plan::PreviewStep>(step.what)) return true;
  return false;
}

}  // namespace segue::cli
