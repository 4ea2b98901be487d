// The ordinary reader of the benchmarks on stdin, with the contract of readers around it: what
// scripts/mutate.py breaks is the reader, not this.

#include "bench/contenders/ordinary_reader.h"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace {

using p1rig::bench::OrdinaryReader;

constexpr std::size_t kLongestTelegram = 65536;
constexpr std::string_view kFailureLog = "1-0:99.97.0";

const std::vector<std::string>& codes() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> list{"1-3:0.2.8",
                                  "0-0:96.1.4",
                                  "0-0:1.0.0",
                                  "0-0:96.1.1",
                                  "0-0:96.14.0",
                                  "1-0:1.8.0",
                                  "1-0:1.8.1",
                                  "1-0:1.8.2",
                                  "1-0:2.8.0",
                                  "1-0:2.8.1",
                                  "1-0:2.8.2",
                                  "1-0:1.7.0",
                                  "1-0:2.7.0",
                                  "1-0:21.7.0",
                                  "1-0:41.7.0",
                                  "1-0:61.7.0",
                                  "1-0:22.7.0",
                                  "1-0:42.7.0",
                                  "1-0:62.7.0",
                                  "1-0:32.7.0",
                                  "1-0:52.7.0",
                                  "1-0:72.7.0",
                                  "1-0:31.7.0",
                                  "1-0:51.7.0",
                                  "1-0:71.7.0",
                                  "0-0:96.7.21",
                                  "0-0:96.7.9",
                                  "1-0:32.32.0",
                                  "1-0:52.32.0",
                                  "1-0:72.32.0",
                                  "1-0:32.36.0",
                                  "1-0:52.36.0",
                                  "1-0:72.36.0",
                                  "0-0:96.3.10",
                                  "0-0:17.0.0",
                                  "1-0:31.4.0",
                                  "0-0:96.13.0",
                                  "0-0:96.13.1",
                                  "1-0:1.4.0",
                                  "1-0:1.6.0",
                                  "1-0:3.8.0",
                                  "1-0:4.8.0",
                                  "1-0:3.7.0",
                                  "1-0:4.7.0",
                                  "1-0:13.7.0",
                                  "1-0:14.7.0",
                                  "0-0:42.0.0",
                                  "0-0:96.1.0",
                                  "0-0:96.50.1",
                                  "0-0:96.7.19",
                                  "0-0:98.1.0",
                                  "0-0:96.50.68",
                                  std::string(kFailureLog)};
    for (const char channel : {'1', '2', '3', '4'}) {
      for (const std::string_view code :
           {"24.1.0", "24.2.1", "24.2.3", "24.3.0", "24.4.0", "96.1.0", "96.1.1", "96.1.2"}) {
        list.push_back(std::string("0-") + channel + ":" + std::string(code));
      }
    }
    return list;
  }();
  return all;
}

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    std::array<char, 8> escaped{};
    std::snprintf(escaped.data(), escaped.size(), "\\u%04x", static_cast<unsigned char>(c));
    const bool plain = c >= ' ' && c <= '~' && c != '"' && c != '\\';
    out += plain ? std::string(1, c) : std::string(escaped.data());
  }
  return out + '"';
}

bool is_time(std::string_view text) {
  if (text.size() == 13 && (text.back() == 'S' || text.back() == 'W')) text.remove_suffix(1);
  return text.size() == 12 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// The clock on the wall: "101209113020W" is 2010-12-09T11:30:20.
std::string iso_time(std::string_view text) {
  if (!is_time(text) || text.substr(2, 4) == "0101") return "null";
  std::string out = "20";
  for (std::size_t i = 0; i < 6; ++i) {
    if (i > 0) out += "--T::"[i - 1];
    out += text.substr(2 * i, 2);
  }
  return in_quotes(out);
}

std::string json_of(const OrdinaryReader::Value& value) {
  if (value.text.empty()) return "null";
  const std::size_t star = value.text.rfind('*');
  if (!value.is_number && star != std::string_view::npos) return "null";
  if (star == std::string_view::npos) {
    return is_time(value.text) && value.text.size() == 13 ? iso_time(value.text)
                                                          : in_quotes(value.text);
  }
  std::array<char, 400> digits{};
  std::snprintf(digits.data(), digits.size(), "%.3f ", value.number);
  return in_quotes(digits.data() + std::string(value.text.substr(star + 1)));
}

std::string pair_of(const OrdinaryReader::Value& at, const OrdinaryReader::Value& value) {
  return "{\"at\":" + iso_time(at.text) + ",\"value\":" + json_of(value) + "}";
}

/// (time)(status)(period)(count)(code)(unit)(value) (DSMR-P1 3.0 §5.10).
std::string old_gas(const std::vector<OrdinaryReader::Value>& values) {
  const auto& [text, number, is_number] = values[6];
  std::array<char, 400> digits{};
  std::snprintf(digits.data(), digits.size(), "%.3f ", number);
  const std::string at = iso_time(values[0].text);
  if (at == "null" || !is_number) return "null";
  return "{\"at\":" + at + ",\"value\":" + in_quotes(digits.data() + std::string(values[5].text)) +
         "}";
}

std::string json_of(std::string_view code, const std::vector<OrdinaryReader::Value>& values) {
  if (code.ends_with(":24.3.0")) return values.size() == 7 ? old_gas(values) : "null";
  if (values.size() == 1) return json_of(values[0]);
  if (values.size() == 2 && is_time(values[0].text)) {
    return iso_time(values[0].text) == "null" ? "null" : pair_of(values[0], values[1]);
  }
  std::string list;
  const bool log = code == kFailureLog;
  for (std::size_t i = log ? 2 : 0; i + (log ? 1 : 0) < values.size(); i += log ? 2 : 1) {
    list += list.empty() ? "" : ",";
    list += log ? pair_of(values[i], values[i + 1]) : json_of(values[i]);
  }
  return "[" + list + "]";
}

void report(const OrdinaryReader& reader) {
  std::string line;
  for (std::size_t i = 0; i < codes().size(); ++i) {
    const auto& values = reader.object(i).values;
    if (values.empty()) continue;
    line += line.empty() ? "" : ",";
    line += in_quotes(codes()[i]) + ":" + json_of(codes()[i], values);
  }
  std::printf("{\"telegram\":{%s}}\n", line.c_str());
  std::fflush(stdout);
}

}  // namespace

int main() {
  OrdinaryReader reader(codes());
  std::string kept;
  std::array<char, 65536> bytes{};
  for (;;) {
    const ssize_t size = ::read(STDIN_FILENO, bytes.data(), bytes.size());
    if (size <= 0) return 0;
    kept.append(bytes.data(), static_cast<std::size_t>(size));
    std::string_view rest = kept;
    for (std::size_t before = rest.size() + 1; rest.size() < before;) {
      before = rest.size();
      if (reader.read(rest)) report(reader);
    }
    kept.erase(0, kept.size() - rest.size());
    if (kept.size() > kLongestTelegram) kept.clear();
  }
}
