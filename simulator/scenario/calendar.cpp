#include "simulator/scenario/calendar.h"

#include <algorithm>
#include <optional>

#include "simulator/files/data_dir.h"
#include "simulator/files/document.h"
#include "simulator/files/suggest.h"
#include "simulator/profile/country.h"

namespace p1rig {
namespace {

constexpr std::string_view kFolder = "profiles/tariffs";
constexpr std::array<std::string_view, 7> kDays = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

int digits(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  for (const char c : text.substr(std::min(at, text.size()), count)) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return at + count > text.size() ? -1 : value;
}

/// "07:00" as the minute of the day, up to "24:00".
std::optional<int> parse_minute(std::string_view text) {
  const int hour = digits(text, 0, 2), minute = digits(text, 3, 2);
  const bool shape = text.size() == 5 && text[2] == ':';
  if (!shape || hour < 0 || minute < 0 || minute > 59 || hour * 60 + minute > 24 * 60) {
    return std::nullopt;
  }
  return hour * 60 + minute;
}

/// Monday is 0. From the days since 1970-01-01, a Thursday.
std::size_t weekday_of(std::chrono::sys_days date) {
  return static_cast<std::size_t>(((date.time_since_epoch().count() + 3) % 7 + 7) % 7);
}

/// The number of a tariff register, as many as there are (quantity.h).
int read_tariff(TableReader& table, std::string_view key) {
  if (table.node(key) == nullptr) table.complain(key, "expected a tariff from 1 to 5");
  return table.integer(key, 1, 5).value_or(1);
}

Calendar::Rule read_rule(const Node& node, Complaints& complaints) {
  TableReader table("[[period.rule]]", &node, complaints);
  Calendar::Rule rule;
  const auto days = table.some_strings("days");
  for (const std::string& name : days) {
    const auto day = std::ranges::find(kDays, name);
    if (day == kDays.end()) {
      table.complain("days", "\"" + name + "\" is not one of: mon, tue, wed, thu, fri, sat, sun" +
                                 did_you_mean(name, {kDays.begin(), kDays.end()}));
    } else {
      rule.days[static_cast<std::size_t>(day - kDays.begin())] = true;
    }
  }
  if (days.empty()) rule.days.fill(true);
  const auto minute = [&](std::string_view key, int otherwise) {
    const auto text = table.string(key);
    if (!text) return otherwise;
    const auto parsed = parse_minute(*text);
    if (!parsed) table.complain(key, "\"" + *text + "\" is not a time of day: expected \"07:00\"");
    return parsed.value_or(otherwise);
  };
  rule.from_minute = minute("from", 0);
  rule.until_minute = minute("until", 24 * 60);
  if (rule.until_minute <= rule.from_minute) {
    table.complain("until", "is not after from: a rule ends at midnight; add a second one");
  }
  rule.tariff = read_tariff(table, "tariff");
  table.finish();
  return rule;
}

Calendar::Period read_period(const Node& node, Complaints& complaints) {
  TableReader table("[[period]]", &node, complaints);
  Calendar::Period period;
  const std::string from = table.required_time("from");
  const int year = digits(from, 0, 4), month = digits(from, 5, 2), day = digits(from, 8, 2);
  const bool shape = from.size() == 10 && from[4] == '-' && from[7] == '-';
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (shape && year >= 0 && month >= 0 && day >= 0 && date.ok()) {
    period.begin = date;
  } else {
    table.complain("from", "\"" + from + "\" is not a date: expected \"2026-01-01\"");
  }
  period.otherwise = read_tariff(table, "otherwise");
  for (const Node* rule : table.tables("rule"))
    period.rules.push_back(read_rule(*rule, complaints));
  table.finish();
  return period;
}

}  // namespace

int Calendar::Period::tariff_at(std::size_t weekday, int minute) const {
  for (const Rule& rule : rules) {
    if (rule.days[weekday] && minute >= rule.from_minute && minute < rule.until_minute) {
      return rule.tariff;
    }
  }
  return otherwise;
}

const Calendar::Period* Calendar::period_on(std::chrono::sys_days date) const {
  const Period* valid = periods.empty() ? nullptr : &periods.front();
  for (const Period& period : periods) {
    if (period.begin <= date) valid = &period;
  }
  return valid;
}

int Calendar::tariff_at(const Zone& zone, std::chrono::sys_seconds t) const {
  if (periods.empty()) return 0;
  const std::chrono::sys_seconds local = t + zone.offset(t);
  const auto date = std::chrono::floor<std::chrono::days>(local);
  const auto minute = std::chrono::floor<std::chrono::minutes>(local - date);
  return period_on(date)->tariff_at(weekday_of(date), static_cast<int>(minute.count()));
}

Result<Calendar> load_calendar(const std::filesystem::path& file) {
  const auto document = read_document(file);
  if (!document) return tl::make_unexpected(document.error());
  Complaints complaints(document->file);
  TableReader root("the file", &document->root, complaints);
  TableReader head("[calendar]", root.node("calendar"), complaints);
  if (!head.exists()) complaints.add(document->root.place, "[calendar] is missing");
  Calendar calendar;
  calendar.name = file.stem();
  calendar.title = head.required_string("title");
  calendar.countries = head.some_strings("countries");
  for (const std::string& country : calendar.countries) {
    if (const auto known = check_country(country); !known) {
      head.complain("countries", known.error().message);
    }
  }
  head.finish();
  for (const Node* node : root.tables("period")) {
    const Calendar::Period period = read_period(*node, complaints);
    if (!calendar.periods.empty() && period.begin <= calendar.periods.back().begin) {
      complaints.add(node->place, "[[period]]: from: is not after that of the previous period");
    }
    calendar.periods.push_back(period);
  }
  if (calendar.periods.empty()) {
    complaints.add(document->root.place, "a calendar needs at least one [[period]]");
  }
  root.finish();
  if (!complaints.none()) return tl::make_unexpected(complaints.error());
  return calendar;
}

Result<Calendar> find_calendar(std::string_view name) {
  const auto calendars = list_data(kFolder);
  if (const auto found = calendars.find(std::string(name)); found != calendars.end()) {
    return load_calendar(found->second);
  }
  std::vector<std::string_view> names;
  for (const auto& [known, file] : calendars) names.push_back(known);
  return fail("unknown tariff calendar \"" + std::string(name) + "\"" + did_you_mean(name, names));
}

Result<Calendar> calendar_of_country(std::string_view country) {
  // A broken file may be the one that is meant: without another, it must not pass for "no tariffs".
  Result<Calendar> found = Calendar{};
  for (const auto& [name, file] : list_data(kFolder)) {
    auto calendar = load_calendar(file);
    if (!calendar) {
      found = std::move(calendar);
    } else if (std::ranges::find(calendar->countries, country) != calendar->countries.end()) {
      return calendar;
    }
  }
  return found;
}

}  // namespace p1rig
