#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>
#include <vector>

#include "conformance/report/report_text.h"
#include "conformance/speed/speed_report.h"
#include "protocol/wording.h"
#include "simulator/files/visible.h"

namespace p1rig {
namespace {

using std::chrono::duration;
using std::chrono::nanoseconds;

constexpr double kLeft = 80, kRight = 880, kWidth = 920;
constexpr double kLatencyTop = 60, kLatencyBottom = 380;
constexpr double kLossTop = 420, kLossBottom = 540;
constexpr double kLegendTop = 600, kLegendLine = 20;

/// Told apart by people who see colours in another way, too (Okabe and Ito).
constexpr std::array<std::string_view, 6> kColours = {"#0072b2", "#d55e00", "#009e73",
                                                      "#cc79a7", "#56b4e9", "#e69f00"};

/// From whole powers of ten to a stretch of the picture.
struct LogScale {
  double low = 0, high = 1;  ///< exponents
  double begin = 0, end = 1;

  static LogScale over(double least, double most, double begin, double end) {
    const double low = std::floor(std::log10(least));
    return {low, std::max(std::ceil(std::log10(most)), low + 1), begin, end};
  }
  double operator()(double value) const {
    return begin + (std::log10(value) - low) / (high - low) * (end - begin);
  }
};

struct Point {
  double rate = 0, p50 = 0, p99 = 0;  ///< telegrams a second, microseconds
  double loss = 0;                    ///< 0 to 1
  bool full = false;                  ///< as fast as the line takes telegrams
};

struct Curve {
  const SpeedResult* result = nullptr;
  std::string_view colour;
  std::vector<Point> points;  ///< by rate, and then the full runs
};

Curve curve_of(const SpeedResult& result, std::string_view colour) {
  Curve curve{.result = &result, .colour = colour, .points = {}};
  for (const SpeedStep& step : result.steps) {
    if (step.pace == SpeedStep::Pace::kOneAtATime || !step.latency) continue;
    const bool asked = step.pace == SpeedStep::Pace::kRate && (step.kept_up || step.lost() > 0);
    const double rate = asked ? step.rate : step.reached;
    const auto us = [](nanoseconds time) {
      return std::max(1.0, duration<double, std::micro>(time).count());
    };
    if (rate <= 0) continue;
    curve.points.push_back({rate, us(step.latency->p50), us(step.latency->p99),
                            static_cast<double>(step.lost()) / static_cast<double>(step.sent),
                            step.pace == SpeedStep::Pace::kFull});
  }
  std::ranges::sort(curve.points, {},
                    [](const Point& point) { return std::pair(point.full, point.rate); });
  return curve;
}

std::string text_at(double x, double y, std::string_view anchor, std::string_view text) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n", x, y, anchor,
                     xml_text(visible(text)));
}

std::string line_from(double x1, double y1, double x2, double y2, std::string_view style) {
  return fmt::format("<path d=\"M{:.1f} {:.1f}L{:.1f} {:.1f}\" {}/>\n", x1, y1, x2, y2, style);
}

constexpr std::string_view kGrid = R"(stroke="#ddd" fill="none")";

/// A whole power of ten on the axis of latencies, which are in microseconds.
std::string latency_label(double us) {
  return readable(std::chrono::round<nanoseconds>(duration<double, std::micro>(us)));
}

/// The loss at the top of its axis: the least of these that is no less.
double loss_axis_for(double loss) {
  for (const double top : {0.01, 0.02, 0.05, 0.1, 0.2, 0.5}) {
    if (loss <= top) return top;
  }
  return 1;
}

std::string axes(const LogScale& x, const LogScale& y, double most_lost) {
  std::string svg;
  for (int e = static_cast<int>(x.low); e <= static_cast<int>(x.high); ++e) {
    const double at = x(std::pow(10, e));
    svg += line_from(at, kLatencyTop, at, kLatencyBottom, kGrid);
    svg += line_from(at, kLossTop, at, kLossBottom, kGrid);
    svg += text_at(at, kLossBottom + 18, "middle", readable(std::pow(10, e)));
  }
  for (int e = static_cast<int>(y.low); e <= static_cast<int>(y.high); ++e) {
    const double at = y(std::pow(10, e));
    svg += line_from(kLeft, at, kRight, at, kGrid);
    svg += text_at(kLeft - 8, at + 4, "end", latency_label(std::pow(10, e)));
  }
  for (const double part : {0.0, 0.5, 1.0}) {
    const double at = kLossBottom - part * (kLossBottom - kLossTop);
    svg += line_from(kLeft, at, kRight, at, kGrid);
    svg += text_at(kLeft - 8, at + 4, "end", readable(part * most_lost * 100) + " %");
  }
  svg += text_at((kLeft + kRight) / 2, kLossBottom + 36, "middle", "telegrams a second");
  svg += text_at(
      kLeft, kLatencyTop - 10, "start",
      "from the last byte to the report: p50 (line), p99 (dashed); diamonds: as fast as the "
      "line takes telegrams (p99 hollow)");
  svg += text_at(kLeft, kLossTop - 10, "start", "lost (dots: steps that lost telegrams)");
  return svg;
}

template <typename Height>
std::string path_of(const std::vector<Point>& points, const LogScale& x, Height&& height,
                    std::string_view style) {
  std::string way;
  for (const Point& point : points) {
    if (point.full) continue;
    way += fmt::format("{}{:.1f} {:.1f}", way.empty() ? "M" : "L", x(point.rate), height(point));
  }
  return way.empty() ? "" : fmt::format("<path d=\"{}\" fill=\"none\" {}/>\n", way, style);
}

std::string dot_at(double x, double y, std::string_view colour) {
  return fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"2.5\" fill=\"{}\"/>\n", x, y, colour);
}

std::string diamond_at(double x, double y, std::string_view style) {
  return fmt::format("<path d=\"M{:.1f} {:.1f}l5 5l-5 5l-5 -5z\" {}/>\n", x, y - 5, style);
}

std::string drawing_of(const Curve& curve, const LogScale& x, const LogScale& y, double most_lost) {
  const auto loss = [&](const Point& point) {
    return kLossBottom - point.loss / most_lost * (kLossBottom - kLossTop);
  };
  const std::string solid = fmt::format("stroke=\"{}\" stroke-width=\"2\"", curve.colour);
  const std::string filled = fmt::format("fill=\"{}\"", curve.colour);
  const std::string hollow = fmt::format("stroke=\"{}\" fill=\"#fff\"", curve.colour);
  std::string svg = path_of(
      curve.points, x, [&](const Point& point) { return y(point.p50); }, solid);
  svg += path_of(
      curve.points, x, [&](const Point& point) { return y(point.p99); },
      fmt::format("stroke=\"{}\" stroke-dasharray=\"5 4\"", curve.colour));
  svg += path_of(curve.points, x, loss, solid);
  for (const Point& point : curve.points) {
    const double at = x(point.rate);
    if (point.full) {
      svg += diamond_at(at, y(point.p99), hollow) + diamond_at(at, y(point.p50), filled);
    } else {
      svg += dot_at(at, y(point.p50), curve.colour);
    }
    if (point.loss > 0) svg += dot_at(at, loss(point), curve.colour);
  }
  if (curve.result->verdict == SpeedVerdict::kMeasured) {
    const double at = x(curve.result->telegrams_per_second);
    svg += line_from(
        at, kLatencyTop, at, kLossBottom,
        fmt::format("stroke=\"{}\" stroke-opacity=\"0.35\" stroke-width=\"6\"", curve.colour));
  }
  return svg;
}

std::string legend_of(const Curve& curve, double y) {
  const SpeedResult& result = *curve.result;
  const bool measured = result.verdict == SpeedVerdict::kMeasured;
  const std::string words =
      measured ? fmt::format("{} telegrams/s, {} MB/s", readable(result.telegrams_per_second),
                             readable(result.bytes_per_second / 1e6))
               : fmt::format("{}: {}", to_string(result.verdict), result.message);
  // What the picture has room for.
  const std::string line =
      fmt::format("{} {} on {}: {}", result.reader, result.version, result.endpoint, words);
  return fmt::format("<rect x=\"{:.0f}\" y=\"{:.0f}\" width=\"18\" height=\"10\" fill=\"{}\"/>\n",
                     kLeft, y - 10, curve.colour) +
         text_at(kLeft + 26, y, "start", line.substr(0, 110));
}

}  // namespace

const OutputKind kSpeedSvgKind{"a plot", [](std::string_view text) {
                                 return text.find("<title>p1rig bench</title>") !=
                                        std::string_view::npos;
                               }};

std::string svg_report(const SpeedReport& report) {
  std::vector<Curve> curves;
  double slowest = 10, fastest = 10, least = 1000, most = 1000, most_lost = 0;
  for (std::size_t i = 0; i < report.results.size(); ++i) {
    curves.push_back(curve_of(report.results[i], kColours[i % kColours.size()]));
    for (const Point& point : curves.back().points) {
      slowest = std::min(slowest, point.rate);
      fastest = std::max(fastest, point.rate);
      least = std::min(least, point.p50);
      most = std::max(most, point.p99);
      most_lost = std::max(most_lost, point.loss);
    }
    const SpeedResult& result = report.results[i];
    fastest = std::max(fastest, result.telegrams_per_second);
    if (result.telegrams_per_second > 0) slowest = std::min(slowest, result.telegrams_per_second);
  }
  const LogScale x = LogScale::over(slowest, fastest, kLeft, kRight);
  const LogScale y = LogScale::over(least, most, kLatencyBottom, kLatencyTop);
  const double height = kLegendTop + kLegendLine * static_cast<double>(curves.size()) + 10;
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {:.0f} {:.0f}\" width=\"{:.0f}\" "
      "height=\"{:.0f}\" font-family=\"sans-serif\" font-size=\"13\">\n"
      "<title>p1rig bench</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
      kWidth, height, kWidth, height);
  svg += fmt::format(
      "<text x=\"{:.0f}\" y=\"24\" font-size=\"16\">How fast can a P1 reader go "
      "before it loses a telegram?</text>\n",
      kLeft);
  most_lost = loss_axis_for(most_lost);
  svg += axes(x, y, most_lost);
  for (std::size_t i = 0; i < curves.size(); ++i) {
    svg += drawing_of(curves[i], x, y, most_lost);
    svg += legend_of(curves[i], kLegendTop + kLegendLine * static_cast<double>(i) + 10);
  }
  return svg + "</svg>\n";
}

}  // namespace p1rig
