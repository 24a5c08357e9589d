#include "steps/step.hpp"

namespace segue::steps {

journal::Evidence run(Context& context) {
  return std::visit([&](const auto& what) { return run(context, what); }, context.step.what);
}

void undo(Context& context) {
  std::visit([&](const auto& what) { undo(context, what); }, context.step.what);
}

}  // namespace segue::steps
