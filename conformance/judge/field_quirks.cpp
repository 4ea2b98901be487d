#include "conformance/judge/field_quirks.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>

#include "conformance/judge/lint_check.h"
#include "protocol/shape.h"

namespace p1rig {
namespace {

constexpr std::string_view kAny = "*";
constexpr std::string_view kNl = "dsmr-4.* dsmr-5.0";
constexpr std::string_view kNl23 = "dsmr-2.2 dsmr-3.0";
constexpr std::string_view kBe = "emucs-*";
constexpr std::string_view kLu = "lux-1.1";
constexpr std::string_view kSe = "se-2.0";
constexpr std::string_view kHu = "hu-eon";
constexpr std::string_view kLt = "lt-eso";

constexpr std::string_view kIe5 = "ISk5?2MIE5*";
constexpr std::string_view kAm550 = "ISK5?2M550*";
constexpr std::string_view kHeat = "NWA-* AUR?NWA-* WARMTELINK*";

constexpr std::string_view kLog = "1-0:99.97.0";
constexpr std::string_view kMonths = "0-0:98.1.0";
constexpr std::string_view kCurrents = "1-0:31.7.0 1-0:51.7.0 1-0:71.7.0";
constexpr std::string_view kReading = "0-?:24.2.1 0-?:24.2.3";
constexpr std::string_view kForm = "value-format unit-wrong unit-missing";

/// The shape that the dialect asks for, but for blanks, or for a '*' that is left out.
constexpr std::string_view kLoose = "loose";

constexpr std::string_view kPublished = "published telegrams of such meters";

constexpr auto kQuirks = std::to_array<FieldQuirk>({
    // The Netherlands.
    {kNl, kAm550, "bracket-count value-format", kLog, "(=)", "ndokter/dsmr_parser#67"},
    {kNl, kAm550, "value-format unit-missing time-unset", kReading, "(TST)(I8)",
     "dsmrreader/dsmr-reader#778"},
    {kNl, "KFM5KAIFA-METER", "time-unset", kLog, "", "openhab1-addons#4175"},
    {kNl, "KFM5KAIFA-METER Ene5?* XMX5*", "list-count continuation-line", kLog, "", kPublished},
    {kNl, "XMX5LGF*", "time-unset", kLog, "", "dsmrreader/dsmr-reader#1408"},
    {kNl, "Ene5?*", "time-unset unit-missing", kReading, "(TST)(=00000.000)",
     "ndokter/dsmr_parser#120"},
    {kNl, "XMX5LG*", "value-format", kReading, "(S13)(F8(3,3)*m3)", kPublished},
    {kNl, "XMX5LG*", "value-format unit-missing time-unset mbus-*", kReading, "(TST)(I10)",
     kPublished},
    {"dsmr-4.2", "XMX5XMXAA*", "value-format", kCurrents, "(F4(1,1)*A)", kPublished},
    {kNl, kHeat, "identification-form missing-object crc-unpadded", "", "",
     "ndokter/dsmr_parser#99, ndokter/dsmr_parser PR#173, home-assistant/core#168279"},
    {kNl, kHeat, "season-letter", kReading, "", "home-assistant/core#168279"},
    {kNl23, "KMP5*", "character value-format", "0-0:96.1.1 0-?:96.1.0", "", "smeterd#19"},
    {kNl23, "ISk5?2MT382* ISk5?2ME382*", "value-format", "0-0:96.13.0 0-0:96.13.1", "(S)",
     "athombv/node-dsmr-parser, an Iskra MT382"},
    {kNl23, kAny, "obis-form", kAny, "", "openhab-addons#4485, basvdlei/gotsmart#7"},
    {kNl23, kAny, kForm, "1-0:1.7.0 1-0:2.7.0", "(F(0,7)*W)", "basvdlei/gotsmart#7"},
    {kNl23, kAny, kForm, "1-0:1.8.1 1-0:1.8.2 1-0:2.8.1 1-0:2.8.2", "(F(3,7)*kWh)",
     "basvdlei/gotsmart#7"},
    // Belgium.
    {kBe, "FLU5* SIB5*", "time-unset unit-missing", kReading, "(TST)(=00000.000)",
     "dsmrreader/dsmr-reader#919"},
    {kBe, kAny, "time-unset", "0-0:98.1.0 1-0:1.6.0", "", "ndokter/dsmr_parser PR#143"},
    {kBe, "FLU5* LGF5*", "value-format", kMonths,
     "(I1|I2)(=1-0:1.6.0)(=1-0:1.6.0){(TST)(TST|S18)(F5(3,3)*kW)}", kPublished},
    {kBe, kAny, "bracket-count fixed-text value-format list-count", kMonths, "(I1|I2)(=)",
     "athombv/node-dsmr-parser, sagemcom-xt211"},
    {kBe, kAny, "bracket-count value-format", kMonths, "(=)",
     "athombv/node-dsmr-parser, sagemcom-xt211"},
    {kBe, kAny, "bracket-count list-count", kMonths, "(I1|I2)",
     "athombv/node-dsmr-parser, sagemcom-xt211"},
    {"emucs-1.4", "FLU5*", "value-format", kCurrents, "(F5(2,2)*A)", "mrWheel/DSMRloggerAPI#30"},
    {"emucs-1.7", "FLU5*", "value-format", kCurrents, "(F3(0,0)*A)", kPublished},
    {kBe, "FLU5*", "version-object", "1-3:0.2.8", "(S5)", kPublished},
    {kBe, "FLU5* SIB5*", "value-format version-value", "0-0:96.1.4", "(X)", kPublished},
    {kBe, "SIB5*", "value-format unit-wrong", "0-0:17.0.0", "(F5(3,3)*kVA)", kPublished},
    {kBe, "SIB5*", "missing-object", "", "", kPublished},
    {kBe, kIe5, "value-format", "0-0:1.0.0", "(TST12)", "ndokter/dsmr_parser#152"},
    {kBe, kIe5, "missing-object", "", "", "ndokter/dsmr_parser#152, mhendriks/P1-Dongel-ESP32#87"},
    {kBe, kIe5, kForm, "1-0:1.6.0", "(F5(3,3)*kW)(TST12)", "mhendriks/P1-Dongel-ESP32#87"},
    {kBe, kIe5, "unit-wrong", "0-0:17.0.0", "(F4(1,1)*kVA)", "mhendriks/P1-Dongel-ESP32#87"},
    {kBe, kIe5, "value-format version-value", "0-0:96.1.4", "(X)", "mhendriks/P1-Dongel-ESP32#87"},
    // Luxembourg: a limit of three decimals, and zeros without unit.
    {kLu, kAny, "value-format", "0-0:17.0.0", "(F5(3,3)*kVA)", kPublished},
    {kLu, kAny, "unit-missing", "1-0:*", "(=00.000)", "esphome/issues#2621"},
    // Switzerland.
    {"ch-xt211", kAny, "bracket-count", kMonths, "(I1|I2)(=)",
     "athombv/node-dsmr-parser, sagemcom-xt211"},
    // Sweden and Finland: what Aidon's meters behind transformers print, and units without '*'.
    {kSe, kAm550, "missing-object", "", "", "esphome-p1reader#36"},
    {kSe, "ADN9*", "blank-line", "", "", kPublished},
    {kSe, "ADN9*", kForm, "1-0:*", kLoose, "esphome/feature-requests#1394"},
    {kSe, "ADN9*", "value-format", "1-0:*", "(F11(3,3)*kW|kVAr)", kPublished},
    {kSe, "ADN9*", "value-format", "1-0:*", "(F9(2,2)*V)", kPublished},
    {kSe, "ADN9*", "value-format", "1-0:*", "(F5(1,1)*A)", kPublished},
    // Hungary.
    {kHu, kAny, "character value-format", "0-0:96.13.0", "",
     "esphome/issues#2393, esphome/issues#2891"},
    {kHu, kAny, kForm, kAny, kLoose, "esphome-libs/dsmr_parser#53"},
    {kHu, kAny, "unit-wrong unit-missing", "1-0:*", "", "esphome-libs/dsmr_parser#53"},
    // Lithuania: meters behind transformers.
    {kLt, kAny, kForm, "1-0:*", "(+F11(3,3)*kWh|kvarh|kW|kvar|kVA)", "zuidwijk/dsmr PR#31"},
    {kLt, kAny, kForm, "1-0:*", "(F7(3,3)*kV|kA|kHz)", "zuidwijk/dsmr PR#31"},
    {kLt, kAny, kForm, "1-0:*", "(I5*V)", "zuidwijk/dsmr PR#31"},
    {kLt, kAny, "value-format", "1-0:13.7.0 1-0:33.7.0 1-0:53.7.0 1-0:73.7.0 1-0:13.3.0",
     "(+F5(0,0))", "zuidwijk/dsmr PR#31"},
});

const Shape* shape_of(const FieldQuirk& quirk) {
  static const std::map<const FieldQuirk*, Shape> shapes = [] {
    std::map<const FieldQuirk*, Shape> all;
    for (const FieldQuirk& row : kQuirks) {
      if (auto shape = parse_shape(row.shape)) all.emplace(&row, std::move(*shape));
    }
    return all;
  }();
  const auto found = shapes.find(&quirk);
  return found == shapes.end() ? nullptr : &found->second;
}

/// The line that the finding is about; nullptr where it is about none.
const JudgedLine* line_of(const LintContext& context, const Finding& finding) {
  const auto after = std::ranges::upper_bound(
      context.lines, finding.line, {}, [](const JudgedLine& line) { return line.data->line; });
  if (after == context.lines.begin()) return nullptr;
  const JudgedLine& line = *std::prev(after);
  return to_string(line.data->code->code) == finding.obis ? &line : nullptr;
}

bool matches(const Shape& shape, const std::vector<std::string>& texts) {
  return match(shape, std::vector<std::string_view>(texts.begin(), texts.end())).empty();
}

bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

/// With a '*' before the unit, where it has none.
std::string with_star(std::string text) {
  const auto unit = std::ranges::find_if(text, is_letter);
  if (unit != text.end() && text.find('*') == std::string::npos) text.insert(unit, '*');
  return text;
}

bool has_shape(const JudgedLine& line, const FieldQuirk& quirk) {
  std::vector<std::string> texts;
  for (const Bracket& bracket : line.data->brackets) texts.emplace_back(bracket.text);
  if (quirk.shape != kLoose) {
    const Shape* const shape = shape_of(quirk);
    return shape != nullptr && matches(*shape, texts);
  }
  if (line.shape == nullptr) return false;
  for (std::string& text : texts) std::erase(text, ' ');
  if (matches(*line.shape, texts)) return true;
  for (std::string& text : texts) text = with_star(std::move(text));
  return matches(*line.shape, texts);
}

bool fits(const LintContext& context, const Finding& finding, const FieldQuirk& quirk) {
  if (!matches_glob(quirk.rules, finding.rule)) return false;
  if (quirk.obis.empty()) return true;
  if (!matches_glob(quirk.obis, finding.obis)) return false;
  const JudgedLine* const line = line_of(context, finding);
  return quirk.shape.empty() || (line != nullptr && has_shape(*line, quirk));
}

/// Those of such meters.
std::vector<const FieldQuirk*> quirks_of(const LintContext& context) {
  std::vector<const FieldQuirk*> quirks;
  for (const FieldQuirk& quirk : kQuirks) {
    const bool such = context.is(quirk.dialects) &&
                      matches_glob(quirk.identification, context.telegram.identification);
    if (such) quirks.push_back(&quirk);
  }
  return quirks;
}

}  // namespace

std::span<const FieldQuirk> field_quirks() { return kQuirks; }

void apply_field_quirks(const LintContext& context, std::vector<Finding>& findings) {
  if (findings.empty()) return;
  const std::vector<const FieldQuirk*> quirks = quirks_of(context);
  for (Finding& finding : findings) {
    if (finding.severity == Severity::kQuirk) continue;
    const auto known = std::ranges::find_if(
        quirks, [&](const FieldQuirk* quirk) { return fits(context, finding, *quirk); });
    if (known == quirks.end()) continue;
    finding.severity = Severity::kQuirk;
    finding.source = (*known)->source;
  }
}

}  // namespace p1rig
