#include "simulator/calendar.h"
namespace p1rig {
int Calendar::tariff_at(const Zone&, std::chrono::sys_seconds) const { return 2; }
Result<Calendar> load_calendar(const std::filesystem::path&) { return Calendar{}; }
Result<Calendar> find_calendar(std::string_view) { return Calendar{}; }
Result<Calendar> calendar_of_country(std::string_view) { return Calendar{}; }
}  // namespace p1rig
