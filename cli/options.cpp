#include "cli/options.h"

#include <fmt/core.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <charconv>
#include <cstdio>
#include <sstream>
#include <utility>

#include "simulator/files/suggest.h"

namespace po = boost::program_options;

namespace p1rig {

struct Options::Impl {
  std::string usage;
  std::string summary;
  po::options_description options{"Options"};
  std::vector<std::string> names;  // owns what the suggestions look at
  po::variables_map map;
  std::vector<std::string> words;

  std::string suggestion(std::string_view name) const {
    const std::vector<std::string_view> candidates(names.begin(), names.end());
    const std::string_view best = closest(name, candidates);
    return best.empty() ? std::string{} : fmt::format(", did you mean \"--{}\"?", best);
  }

  /// The option, or the argument, that was given an empty text; what is there and empty is not absent.
  std::string empty_one() const {
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (words[i].empty()) return fmt::format("argument {}", i + 1);
    }
    for (const auto& [name, value] : map) {
      const auto* const one = boost::any_cast<std::string>(&value.value());
      const auto* const list = boost::any_cast<std::vector<std::string>>(&value.value());
      const bool empty = (one != nullptr && one->empty()) ||
                         (list != nullptr && std::ranges::find(*list, "") != list->end());
      if (empty) return "--" + name;
    }
    return {};
  }
};

Options::Options(std::string usage, std::string summary) : impl_(std::make_unique<Impl>()) {
  impl_->usage = std::move(usage);
  impl_->summary = std::move(summary);
  flag("help", "show this help");
}

Options::~Options() = default;

void Options::flag(const char* name, const char* help) {
  impl_->options.add_options()(name, po::bool_switch(), help);
  impl_->names.emplace_back(name);
}

void Options::value(const char* name, const char* placeholder, const char* help) {
  impl_->options.add_options()(name, po::value<std::string>()->value_name(placeholder), help);
  impl_->names.push_back(std::string(name).substr(0, std::string_view(name).find(',')));
}

void Options::values(const char* name, const char* placeholder, const char* help) {
  auto* value = po::value<std::vector<std::string>>()->value_name(placeholder)->composing();
  impl_->options.add_options()(name, value, help);
  impl_->names.emplace_back(name);
}

std::optional<int> Options::parse(const Arguments& arguments, std::size_t least, std::size_t most) {
  po::options_description all;
  all.add(impl_->options);
  all.add_options()("words", po::value<std::vector<std::string>>());
  po::positional_options_description positions;
  positions.add("words", -1);
  try {
    using namespace po::command_line_style;
    const auto style = allow_long | long_allow_adjacent | long_allow_next | allow_short |
                       allow_dash_for_short | short_allow_next;
    po::store(
        po::command_line_parser(arguments).options(all).positional(positions).style(style).run(),
        impl_->map);
  } catch (const po::unknown_option& error) {
    std::string name = error.get_option_name();
    name.erase(0, name.find_first_not_of('-'));
    return misuse(fmt::format("unknown option \"--{}\"{}", name, impl_->suggestion(name)));
  } catch (const po::error& error) {
    return misuse(error.what());
  }
  if (impl_->map.count("words") > 0) {
    impl_->words = impl_->map["words"].as<std::vector<std::string>>();
  }
  if (has("help")) {
    std::ostringstream text;
    text << impl_->options;
    fmt::print("Usage: p1rig {}\n\n{}\n\n{}", impl_->usage, impl_->summary, text.str());
    return kAsExpected;
  }
  if (const std::string name = impl_->empty_one(); !name.empty()) {
    return misuse(name + ": is empty, expected a value");
  }
  if (impl_->words.size() < least) return misuse("too few arguments");
  if (impl_->words.size() > most) {
    return misuse(fmt::format("unexpected argument \"{}\"", impl_->words[most]));
  }
  return std::nullopt;
}

bool Options::has(std::string_view name) const {
  const auto& found = impl_->map[std::string(name)];
  if (found.empty()) return false;
  const bool* flag = boost::any_cast<bool>(&found.value());
  return flag == nullptr || *flag;
}

std::optional<std::string> Options::get(std::string_view name) const {
  const auto& found = impl_->map[std::string(name)];
  if (found.empty()) return std::nullopt;
  return found.as<std::string>();
}

std::vector<std::string> Options::list(std::string_view name) const {
  const auto& found = impl_->map[std::string(name)];
  if (found.empty()) return {};
  return found.as<std::vector<std::string>>();
}

const std::vector<std::string>& Options::words() const { return impl_->words; }

int Options::misuse(std::string_view message) const {
  complain(kUsage, message);
  // Short, or the message would scroll out of sight.
  const std::string_view usage = impl_->usage;
  const std::string_view command = usage.substr(0, usage.find(' '));
  const std::size_t end = std::min(usage.find(" [--"), usage.find(" [OPTION"));
  say(fmt::format("Usage: p1rig {} [OPTION]…; `p1rig {} --help` explains them",
                  usage.substr(0, end), command));
  return kUsage;
}

std::optional<std::uint64_t> parse_count(std::string_view text) {
  std::uint64_t count = 0;
  const auto [rest, code] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (code != std::errc{} || rest != text.data() + text.size()) return std::nullopt;
  return count;
}

}  // namespace p1rig
