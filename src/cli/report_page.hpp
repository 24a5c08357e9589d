// A page of headings and tables, as Markdown or as HTML that needs nothing beside it.
// Does: lay out and escape. Does not: know what the page is about.
#pragma once
#include <string>
#include <vector>

namespace segue::cli {

struct Section {
  std::string heading, note;                                     // note: a sentence below the heading, may be empty
  std::vector<std::string> columns;                              // none: the rows are a list
  std::vector<std::vector<std::string>> rows;
};
struct Page { std::string title, lead; std::vector<Section> sections; };

std::string markdown_of(const Page& page);
std::string html_of(const Page& page);

}  // namespace segue::cli
