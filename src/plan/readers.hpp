// One function a part of the plan file: node in, value out, Error{plan_file} at the node otherwise. Private to plan/.
// Does not: look across parts; what must fit together is checked in cross_references.cpp once everything is read.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "plan/fields.hpp"

namespace segue::plan {

// The files a plan names, from its folder, in the order of their first mention.
class Files {
 public:
  explicit Files(std::string directory) : directory_(std::move(directory)) {}
  // The text of the file named at the node. Refuses what lies outside the folder, is absent, empty, huge or not UTF-8.
  const std::string& text(const Node& node);
  // SHA-256 over name and bytes of the plan file and each file of the plan.
  std::string hash(const std::string& plan_name, const std::string& plan_bytes) const;

 private:
  std::string directory_;
  std::vector<std::string> order_;
  std::map<std::string, std::string> texts_;
};

std::vector<ValueDef> read_values(const Node& node);
std::vector<Mapping> read_mappings(const Node& node);
std::vector<Phase> read_phases(const Node& node, Files& files);
Step read_step(const Node& node, Files& files);
Check read_check(const Node& node);
Gate read_gate(const Node& node);

// Mappings behind those they need. Error{plan_file} for a circle.
std::vector<Mapping> in_order(const std::vector<Mapping>& mappings);

// Error{plan_file} where parts do not fit together.
void check_cross_references(const Plan& plan);

}  // namespace segue::plan
