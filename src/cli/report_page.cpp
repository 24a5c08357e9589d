#include "cli/report_page.hpp"

#include <string_view>

namespace segue::cli {

namespace {

// A cell stays one cell, and a name with a star in it stays a name.
std::string markdown(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (std::string_view("\\|*_`<>[]").find(c) != std::string_view::npos) escaped += '\\';
    escaped += c == '\n' || c == '\r' ? ' ' : c;
  }
  return escaped;
}

std::string html(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '&') escaped += "&amp;";
    else if (c == '<') escaped += "&lt;";
    else if (c == '>') escaped += "&gt;";
    else if (c == '"') escaped += "&quot;";
    else escaped += c;
  }
  return escaped;
}

std::string markdown_row(const std::vector<std::string>& cells) {
  std::string row = "|";
  for (const auto& cell : cells) row += " " + markdown(cell) + " |";
  return row + "\n";
}

std::string html_row(const std::vector<std::string>& cells, std::string_view tag) {
  std::string row = "<tr>";
  for (const auto& cell : cells) {
    row += "<";
    row.append(tag).append(">").append(html(cell)).append("</").append(tag).append(">");
  }
  return row + "</tr>\n";
}

std::string html_rows(const Section& section) {
  std::string text;
  if (section.columns.empty()) {
    for (const auto& row : section.rows) text += "<li>" + html(row.front()) + "</li>\n";
    return "<ul>\n" + text + "</ul>\n";
  }
  for (const auto& row : section.rows) text += html_row(row, "td");
  return "<table>\n" + html_row(section.columns, "th") + text + "</table>\n";
}

constexpr std::string_view style =
    "body{font:15px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}"
    "h1{font-size:1.6rem}h2{font-size:1.15rem;margin-top:2rem}table{border-collapse:collapse;width:100%}"
    "th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid #d5dae0}th{color:#57606a;font-weight:600}";

}  // namespace

std::string markdown_of(const Page& page) {
  std::string text = "# " + markdown(page.title) + "\n\n" + markdown(page.lead) + "\n";
  for (const auto& section : page.sections) {
    text += "\n## " + markdown(section.heading) + "\n\n";
    if (!section.note.empty()) text += markdown(section.note) + "\n\n";
    if (!section.columns.empty() && !section.rows.empty()) {
      text += markdown_row(section.columns) + "|";
      for (std::size_t i = 0; i < section.columns.size(); ++i) text += "---|";
      text += "\n";
    }
    for (const auto& row : section.rows) text += section.columns.empty() ? "- " + markdown(row.front()) + "\n" : markdown_row(row);
  }
  return text;
}

std::string html_of(const Page& page) {
  std::string text = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + html(page.title) + "</title>\n<style>";
  text.append(style).append("</style></head>\n<body>\n<h1>" + html(page.title) + "</h1>\n<p>" + html(page.lead) + "</p>\n");
  for (const auto& section : page.sections) {
    text += "<h2>" + html(section.heading) + "</h2>\n";
    if (!section.note.empty()) text += "<p>" + html(section.note) + "</p>\n";
    if (!section.rows.empty()) text += html_rows(section);
  }
  return text + "</body></html>\n";
}

}  // namespace segue::cli
