#include "simulator/report/svg.h"

#include <gtest/gtest.h>

#include <limits>

#include "simulator/report/figures.h"
#include "simulator/report/markup.h"
#include "tests/simulator/report/support/sample_results.h"
#include "tests/simulator/report/support/xml_check.h"

namespace covey::simulator {
namespace {

using testing::xml_error;

std::size_t occurrences(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

Figure line_figure(const std::vector<Point>& points) {
  Figure figure;
  figure.id = "line";
  figure.title = "A line";
  figure.x.label = "round";
  figure.y.label = "accuracy";
  figure.y.unit = "%";
  figure.series = {{"first", points}};
  return figure;
}

TEST(XmlCheck, FindsWhatIsBroken) {
  EXPECT_EQ(xml_error("<!-- c -->\n<a b=\"1\"><c/>text &amp; &#39;</a>\n"), "");
  for (const char* text : {"<a>", "<a></b>", "<a/><b/>", "<a b=1/>", "<a b=\"1\" b=\"2\"/>", "<a>&nbsp;</a>",
                           "<a>x & y</a>", "<a b=\"<\"/>", "text", "<a>\x01</a>", "<a"}) {
    EXPECT_NE(xml_error(text), "") << text;
  }
}

TEST(Svg, EveryFigureIsWellFormed) {
  for (const Results& results : {testing::single_run(), testing::grid_sweep(), testing::text_sweep()}) {
    for (const Figure& figure : make_figures(results)) {
      for (const SvgWords words : {SvgWords::kAll, SvgWords::kAxesOnly}) {
        const std::string svg = to_svg(figure, words);
        EXPECT_EQ(xml_error(svg), "") << figure.id;
        EXPECT_EQ(svg.find("nan"), std::string::npos) << figure.id;
        EXPECT_EQ(svg.find("inf\""), std::string::npos) << figure.id;
      }
    }
  }
}

TEST(Svg, EscapesEveryText) {
  const std::string bad = "<b>&\"'</b>\x01\xFF";
  Figure figure = line_figure({{1, 2, {}}, {2, 3, {}}});
  figure.title = figure.caption = figure.x.label = figure.y.label = figure.y.unit = bad;
  figure.series[0].name = bad;
  figure.series.push_back(figure.series[0]);
  EXPECT_EQ(xml_error(to_svg(figure)), "");
  figure.kind = Figure::Kind::kHeatMap;
  figure.heat_map = {{bad}, {bad}, {{1}}, bad, bad, 0, true};
  const std::string svg = to_svg(figure);
  EXPECT_EQ(xml_error(svg), "");
  EXPECT_EQ(svg.find("<b>"), std::string::npos);
}

TEST(Svg, NamesAxesUnitsAndCaption) {
  Figure figure = line_figure({{1, 2, {}}, {2, 3, {}}});
  figure.caption = "What a point is.";
  const std::string svg = to_svg(figure);
  EXPECT_NE(svg.find(">accuracy (%)</text>"), std::string::npos);
  EXPECT_NE(svg.find(">round</text>"), std::string::npos);
  EXPECT_NE(svg.find(">What a point is.</text>"), std::string::npos);
  EXPECT_EQ(to_svg(figure, SvgWords::kAxesOnly).find(">A line</text>"), std::string::npos);
}

TEST(Svg, BreaksALineAtAGap) {
  const double gap = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(occurrences(to_svg(line_figure({{1, 2, {}}, {2, 3, {}}, {3, 3, {}}, {4, 5, {}}})), "<polyline"),
            1u);
  EXPECT_EQ(occurrences(to_svg(line_figure({{1, 2, {}}, {2, 3, {}}, {3, gap, {}}, {4, 5, {}}})), "<polyline"),
            2u);
}

TEST(Svg, DrawsABandOrWhiskers) {
  Figure figure = line_figure({{1, 2, Spread{1, 3}}, {2, 3, Spread{2, 4}}});
  EXPECT_EQ(occurrences(to_svg(figure), "fill-opacity"), 1u);
  figure.spread = Figure::SpreadStyle::kWhiskers;
  const std::string whiskers = to_svg(figure);
  EXPECT_EQ(occurrences(whiskers, "fill-opacity"), 0u);
  EXPECT_EQ(occurrences(whiskers, "stroke-width=\"1.30\""), 6u);  // a stem and two ends for each point
}

TEST(Svg, ALegendIsThereFromTwoSeriesOn) {
  Figure figure = line_figure({{1, 2, {}}, {2, 3, {}}});
  EXPECT_EQ(to_svg(figure).find(">first</text>"), std::string::npos);
  figure.series.push_back({"second", figure.series[0].points});
  const std::string svg = to_svg(figure);
  EXPECT_NE(svg.find(">first</text>"), std::string::npos);
  EXPECT_NE(svg.find(">second</text>"), std::string::npos);
}

TEST(Svg, CellsCarryTheirExactNumber) {
  Figure figure;
  figure.kind = Figure::Kind::kHeatMap;
  figure.heat_map = {{"a"}, {"x", "y"}, {{1.0 / 3, std::numeric_limits<double>::quiet_NaN()}}, "share", "%",
                     1,     true};
  const std::string svg = to_svg(figure);
  EXPECT_NE(svg.find("data-value=\"0.3333333333333333\""), std::string::npos) << svg;
  EXPECT_NE(svg.find("data-value=\"\""), std::string::npos);
  EXPECT_NE(svg.find(">0.3</text>"), std::string::npos);
}

TEST(EscapeMarkup, ReplacesWhatXmlDoesNotAllow) {
  EXPECT_EQ(escape_markup("a<b>&\"'"), "a&lt;b&gt;&amp;&quot;&#39;");
  EXPECT_EQ(escape_markup("\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"), "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80");
  const std::string replaced = "\xEF\xBF\xBD";
  EXPECT_EQ(escape_markup(std::string("a\0b", 3)), "a" + replaced + "b");
  EXPECT_EQ(escape_markup("\xC3"), replaced);
  EXPECT_EQ(escape_markup("\xC0\xAF"), replaced + replaced);                 // overlong
  EXPECT_EQ(escape_markup("\xED\xA0\x80"), replaced + replaced + replaced);  // a surrogate
  EXPECT_EQ(escape_markup("\xEF\xBF\xBF"), replaced + replaced + replaced);  // U+FFFF
}

}  // namespace
}  // namespace covey::simulator
