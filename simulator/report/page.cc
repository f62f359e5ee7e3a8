#include "simulator/report/page.h"

#include <algorithm>
#include <map>

#include "simulator/report/embedded.h"
#include "simulator/report/figure_json.h"
#include "simulator/report/markup.h"
#include "simulator/report/run_tables.h"
#include "simulator/report/svg.h"

namespace covey::simulator {

namespace {

/// Replaces "{{name}}" by the text of that name, in one pass: what is put in may hold braces itself.
std::string fill(std::string_view pattern, const std::map<std::string, std::string>& texts) {
  std::string filled;
  while (true) {
    const std::size_t begin = pattern.find("{{");
    filled += pattern.substr(0, begin);
    if (begin == std::string_view::npos) return filled;
    const std::size_t end = pattern.find("}}", begin);
    COVEY_CHECK(end != std::string_view::npos, "page.html: a name without its end");
    const std::string name(pattern.substr(begin + 2, end - begin - 2));
    COVEY_CHECK(texts.count(name) == 1, name);
    filled += texts.at(name);
    pattern.remove_prefix(end + 2);
  }
}

std::string section_id(const std::string& section) {
  std::string id = "section-";
  for (const char c : section) id += c == ' ' ? '-' : c;
  return id;
}

std::string drawing(const Figure& figure) {
  if (figure.kind == Figure::Kind::kHeatMap) {
    return "<div class=\"cells\">\n" + to_svg(figure, SvgWords::kAxesOnly) + "</div>\n";
  }
  const std::string label = escape_markup(figure.title + ": " + axis_text(figure.y));
  return "<div class=\"chart\"><canvas data-figure=\"" + escape_markup(figure.id) +
         "\" role=\"img\" aria-label=\"" + label + "\"></canvas></div>\n<div class=\"legend\"></div>\n";
}

/// Rounds by classes, or many classes: half of the page is too narrow for them.
bool is_wide(const Figure& figure) {
  constexpr std::size_t kHalfPageColumns = 14;
  return figure.heat_map.columns.size() > kHalfPageColumns;
}

std::string figure_html(const Figure& figure) {
  const std::string look = is_wide(figure) ? " class=\"wide\"" : "";
  return "<figure" + look + " id=\"" + escape_markup(figure.id) + "\">\n<h3>" + escape_markup(figure.title) +
         "</h3>\n" + drawing(figure) + "<figcaption>" + escape_markup(figure.caption) +
         "</figcaption>\n</figure>\n";
}

/// Sections in the order of their first figure, each with all of its figures.
std::vector<std::string> sections(const std::vector<Figure>& figures) {
  std::vector<std::string> found;
  for (const Figure& figure : figures) {
    if (std::find(found.begin(), found.end(), figure.section) == found.end()) found.push_back(figure.section);
  }
  return found;
}

std::string section_html(const std::string& section, const std::vector<Figure>& figures) {
  std::string html = "<section id=\"" + section_id(section) + "\">\n<h2>" + escape_markup(section) +
                     "</h2>\n<div class=\"figures\">\n";
  for (const Figure& figure : figures) {
    if (figure.section == section) html += figure_html(figure);
  }
  return html + "</div>\n</section>\n";
}

std::string links(const std::vector<Figure>& figures) {
  std::string html = "<a href=\"#runs\">Runs</a>\n";
  for (const std::string& section : sections(figures)) {
    html += "<a href=\"#" + section_id(section) + "\">" + escape_markup(section) + "</a>\n";
  }
  return html + "<a href=\"#experiment\">Experiment</a>\n";
}

}  // namespace

std::string make_page(const Results& results, const std::vector<Figure>& figures) {
  std::string body;
  for (const std::string& section : sections(figures)) body += section_html(section, figures);
  return fill(embedded::kPageHtml, {{"title", escape_markup(results.title)},
                                    {"css", std::string(embedded::kPageCss)},
                                    {"links", links(figures)},
                                    {"counts", counts_sentence(results)},
                                    {"runs", run_table(results)},
                                    {"failed", failed_table(results)},
                                    {"figures", body},
                                    {"experiment", escape_markup(results.experiment_toml)},
                                    {"data", to_script_json(figures)},
                                    {"chart_js", std::string(embedded::kChartJs)},
                                    {"page_js", std::string(embedded::kPageJs)}});
}

}  // namespace covey::simulator
