#include "conformance/run/vectors.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <system_error>

#include "conformance/run/conform.h"
#include "conformance/run/stimulus.h"
#include "conformance/suite/known_words.h"
#include "protocol/dialect.h"
#include "protocol/hex.h"
#include "protocol/json_depth.h"
#include "simulator/files/data_dir.h"
#include "simulator/files/output_guard.h"
#include "simulator/files/read_file.h"

namespace p1rig {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr int kFormat = 1;
constexpr std::array<const char*, 2> kEnds = {".bin", ".json"};

/// Longer streams are about endurance, not about parsing.
constexpr int kMostTelegrams = 50;

constexpr std::string_view kReadme = R"(# P1 test vectors

Telegrams of smart meters with what a reader should make of them. No program is needed to use them:
read a `.bin`, compare with the `.json` beside it.

`index.json` lists all vectors: `{"format": 1, "version": …, "seed": …, "vectors": [{"file", "case",
"dialect", "profile", "level"}]}`. `version` is that of the case suite, `seed` selected the values, `file`
is the path without `.bin` and `.json`.

A `.bin` holds the bytes that come over the line, in order. Feed it in pieces of any size. Its
`.json`:

| key | meaning |
|---|---|
| `case`, `title`, `requirement`, `clause`, `why` | what it is about, and where that is specified |
| `level` | `must` and `should`: a document's clause; `quirk`: a report from the field |
| `dialect`, `profile` | the edition of P1, and the meter that would send this |
| `key`, `authentication_key` | of sealed telegrams: AES-128, hexadecimal; the second is the one that the documents print |
| `may_lose` | good telegrams that a reader may need to recover |
| `telegrams` | one entry per telegram: `name`, `offset` and `length` in the `.bin`, and what is expected |

| `expect` | meaning |
|---|---|
| `values` | the telegram is reported, with the values in `telegram` |
| `nothing` | it is rejected |
| `either` | it is rejected, or reported correctly |
| `part` | it is reported; what is reported is correct, but values may be missing |
| `anything` | it does not matter; only what follows does |

Numbers are compared after conversion of their units, `"1.193 kW"` and `"1193 W"` are the same; leading zeros do not
matter, `"003"` is 3. Texts are correct as the hexadecimal digits that were sent, or decoded. Times are correct as the same
instant with any offset.

`telegram`, `mbus`, `import` and `export` are what a correct reader concludes, in the form of p1rig's
reader contract: values by OBIS code, `"1.193 kW"`, times in ISO 8601, `null` for what is known to be
invalid, `{"at", "value"}` for a reading with its time; entries of a log may come in any order. `invalid` names codes that must be null or
left out, `absent` codes that must be left out, `optional` codes that may be null or left out
although they have that value, `uncertain` codes that may have any value.
)";

const OutputKind kReadmeKind{"the README of vectors", [](std::string_view text) {
                               return text.starts_with("# P1 test vectors\n");
                             }};

bool named(const std::vector<std::string>& globs, std::string_view name) {
  return globs.empty() || matches_any_glob(globs, name);
}

Json codes(const std::vector<Obis>& list) {
  Json all = Json::array();
  for (const Obis code : list) all.push_back(to_string(code));
  return all;
}

/// Before DSMR 4.0, no letter gives the offset of a time.
void drop_offsets(ContractTelegram& telegram) {
  static constexpr std::size_t kClockFace = std::string_view("2010-12-09T11:30:20").size();
  const auto drop = [](ContractValue& value) {
    if (value.at) value.at->resize(std::min(value.at->size(), kClockFace));
  };
  for (auto& [code, value] : telegram.values) drop(value);
  if (!telegram.mbus) return;
  for (ContractDevice& device : *telegram.mbus) drop(device.reading);
}

Json json_of(const SentTelegram& sent, bool has_season, std::size_t offset, std::size_t length) {
  const Expectation& expectation = sent.expectation;
  Json one = {{"name", sent.name},
              {"offset", offset},
              {"length", length},
              {"expect", to_string(expectation.whole)}};
  const bool has_values = expectation.is_owed() || expectation.whole == Expectation::Whole::kEither;
  if (!has_values) return one;
  ContractTelegram meant = sent.meant;
  for (const auto& [code, value] : expectation.literal) meant.values[code] = value;
  for (const auto* list : {&expectation.invalid, &expectation.absent}) {
    for (const Obis code : *list) meant.values.erase(code);
  }
  if (!has_season) drop_offsets(meant);
  one.update(Json::parse(to_json(meant)));
  if (!expectation.invalid.empty()) one["invalid"] = codes(expectation.invalid);
  if (!expectation.absent.empty()) one["absent"] = codes(expectation.absent);
  if (!expectation.optional.empty()) one["optional"] = codes(expectation.optional);
  if (!expectation.uncertain.empty()) one["uncertain"] = codes(expectation.uncertain);
  return one;
}

/// A file cannot hold time or the line.
bool is_timeless(const Case& one) {
  const bool is_about_line = std::ranges::find(one.needs, "line") != one.needs.end();
  return one.judges.empty() && !one.at_line_pace && !is_about_line &&
         std::ranges::none_of(one.steps, [](const CaseStep& step) {
           return step.action.has_value() || step.count > kMostTelegrams;
         });
}

bool is_in(const VectorPlan& plan, const Case& one) {
  const bool is_chosen =
      plan.cases.empty() ||
      std::ranges::any_of(plan.cases, [&](const auto& glob) { return is_named(one, glob); });
  return is_chosen && is_timeless(one);
}

Result<void> write_file(const fs::path& path, std::string_view bytes) {
  std::ofstream stream(path, std::ios::binary | std::ios::trunc);
  stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  stream.close();
  if (!stream) return fail(path.string() + ": cannot be written: " + std::strerror(errno));
  return {};
}

std::string file_name(std::string id) {
  std::ranges::replace(id, '/', '_');
  return id;
}

/// DIALECT/PROFILE/CASE, without the suffixes of the two files.
std::string stem_of(const Case& one, const Profile& profile) {
  return fmt::format("{}/{}/{}", profile.dialect->name, profile.name, file_name(one.id));
}

StimulusMaker make_stimuli(const std::shared_ptr<const Profile>& profile, const VectorPlan& plan) {
  return StimulusMaker(profile, plan.seed, parse_frame_keys(kExampleKey).value(), plan.id_seed);
}

class VectorWriter {
 public:
  explicit VectorWriter(const VectorPlan& plan) : plan_(plan) {}

  Result<void> write(const Case& one, const std::shared_ptr<const Profile>& profile) {
    const bool sealed = is_sealed(*profile);
    StimulusMaker maker = make_stimuli(profile, plan_);
    maker.begin(one.id);
    std::string bytes;
    Json telegrams = Json::array();
    const auto add = [&](const Stimulus& stimulus) {
      if (stimulus.telegram) {
        telegrams.push_back(json_of(*stimulus.telegram, profile->dialect->has_crc, bytes.size(),
                                    stimulus.emission.bytes.size()));
      }
      bytes += stimulus.emission.bytes;
    };
    // A counter must have had another value before it is reset.
    if (sealed) add(maker.clean("first"));
    for (const CaseStep& step : one.steps) {
      for (int number = 1; number <= step.count; ++number) {
        const auto stimulus = maker.make(one, step, number);
        if (!stimulus) return {};
        add(*stimulus);
      }
    }
    add(maker.clean("sentinel"));
    Json json = {{"case", one.id},
                 {"title", one.title},
                 {"requirement", one.requirement},
                 {"clause", one.clause},
                 {"why", one.why},
                 {"level", to_string(one.level)},
                 {"basis", to_string(one.basis)},
                 {"dialect", profile->dialect->name},
                 {"profile", profile->name}};
    if (sealed) {
      json["key"] = kExampleKey;
      json["authentication_key"] = print_hex(printed_authentication_key().octets());
    }
    json["may_lose"] = one.may_lose;
    json["telegrams"] = std::move(telegrams);

    const std::string stem = stem_of(one, *profile);
    const fs::path path = plan_.folder / stem;
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    if (error) return fail(path.parent_path().string() + ": " + error.message());
    if (auto done = write_file(path.string() + ".bin", bytes); !done) return done;
    if (auto done = write_file(path.string() + ".json", json.dump(1) + "\n"); !done) return done;
    list_.push_back({{"file", stem},
                     {"case", one.id},
                     {"dialect", profile->dialect->name},
                     {"profile", profile->name},
                     {"level", to_string(one.level)}});
    return {};
  }

  Result<std::size_t> finish() {
    if (auto done = write_file(plan_.folder / "README.md", kReadme); !done) {
      return tl::make_unexpected(done.error());
    }
    std::error_code ignored;
    for (const fs::path& license :
         {data_dir() / "LICENSE", data_dir().parent_path() / "doc/p1rig/LICENSE"}) {
      if (!fs::exists(license, ignored)) continue;
      fs::copy_file(license, plan_.folder / "LICENSE", fs::copy_options::skip_existing, ignored);
      break;
    }
    Json index = {{"format", kFormat}, {"version", suite_versions().back()}, {"seed", plan_.seed}};
    if (plan_.id_seed.value_or(plan_.seed) != plan_.seed) index["id_seed"] = *plan_.id_seed;
    index["vectors"] = list_;
    if (auto done = write_file(plan_.folder / "index.json", index.dump(1) + "\n"); !done) {
      return tl::make_unexpected(done.error());
    }
    return list_.size();
  }

 private:
  const VectorPlan& plan_;
  Json list_ = Json::array();
};

/// The index that write_vectors() left in the directory; nothing if there is none of ours.
std::optional<Json> older_index(const fs::path& folder) {
  const std::string text = read_file(folder / "index.json").value_or("");
  if (!is_shallow_json(text)) return std::nullopt;
  Json index = Json::parse(text, nullptr, false);
  const bool ours = index.is_object() && index.contains("format") && index.contains("version") &&
                    index.contains("seed") && index.contains("vectors");
  return ours ? std::optional(std::move(index)) : std::nullopt;
}

/// The files that an index names, without their suffixes.
std::set<std::string> stems_in(const Json& index) {
  std::set<std::string> stems;
  for (const Json& vector : index["vectors"]) {
    if (!vector.is_object() || !vector.contains("file") || !vector["file"].is_string()) continue;
    // DIALECT/PROFILE/CASE, and nothing outside the directory.
    const fs::path stem = fs::path(vector["file"].get<std::string>()).lexically_normal();
    if (std::distance(stem.begin(), stem.end()) != 3 || stem.is_absolute() ||
        *stem.begin() == "..") {
      continue;
    }
    stems.insert(stem.string());
  }
  return stems;
}

/// Removes what an index of ours names: leftovers would be taken for new vectors.
void remove_older(const fs::path& folder) {
  std::error_code ignored;
  const auto index = older_index(folder);
  fs::remove(folder / "index.json", ignored);
  if (!index) return;
  for (const std::string& stem : stems_in(*index)) {
    for (const char* end : kEnds) fs::remove(folder / (stem + end), ignored);
    // Directories that are now empty; others are kept.
    fs::remove((folder / stem).parent_path(), ignored);
    fs::remove((folder / stem).parent_path().parent_path(), ignored);
  }
}

Result<std::vector<std::shared_ptr<const Profile>>> choose_profiles(const VectorPlan& plan) {
  std::vector<std::string> names = plan.profiles;
  if (names.empty()) {
    for (const Dialect& dialect : dialects()) {
      if (named(plan.dialects, dialect.name)) names.emplace_back(profile_of_dialect(dialect.name));
    }
  }
  return find_profiles(names);
}

/// No existing file is overwritten, except those that an index of ours names.
Result<void> check_files(const VectorPlan& plan, const std::vector<Case>& cases,
                         const std::set<std::string>& ours) {
  const auto refuse = [](const fs::path& file) {
    return fail(file.string() + ": exists, and p1rig did not write it: name a new directory");
  };
  const fs::path readme = plan.folder / "README.md";
  std::error_code error;
  if (fs::exists(readme, error) && !is_output_of(readme, kReadmeKind)) return refuse(readme);
  const auto profiles = choose_profiles(plan);
  if (!profiles) return tl::make_unexpected(profiles.error());
  for (const auto& profile : *profiles) {
    for (const Case& one : cases) {
      const std::string stem = stem_of(one, *profile);
      if (!is_in(plan, one) || ours.contains(stem)) continue;
      for (const char* end : kEnds) {
        const fs::path file = plan.folder / (stem + end);
        if (fs::exists(file, error)) return refuse(file);
      }
    }
  }
  return {};
}

}  // namespace

Result<void> check_plan(const VectorPlan& plan, const std::vector<Case>& cases) {
  for (const std::string& glob : plan.dialects) {
    if (names_a_dialect(glob)) continue;
    return fail("--dialect: " + unknown_dialect(glob));
  }
  for (const std::string& glob : plan.cases) {
    const auto is_meant = [&](const Case& one) { return is_named(one, glob); };
    if (std::ranges::none_of(cases, is_meant)) {
      return fail(fmt::format("--case: no case matches \"{}\" (`p1rig cases` lists them)", glob));
    }
  }
  if (std::ranges::none_of(cases, [&](const Case& one) { return is_in(plan, one); })) {
    return fail("--case: all of them are about time or the line, which no file can hold");
  }
  if (auto profiles = choose_profiles(plan); !profiles) {
    return tl::make_unexpected(profiles.error());
  }
  std::error_code error;
  if (!fs::exists(plan.folder, error)) return {};
  if (!fs::is_directory(plan.folder, error))
    return fail(plan.folder.string() + ": is not a directory");
  if (fs::is_empty(plan.folder, error)) return {};
  const auto index = older_index(plan.folder);
  if (!index) {
    return fail(plan.folder.string() +
                ": is not empty, and holds no vectors: name a new directory");
  }
  return check_files(plan, cases, stems_in(*index));
}

Result<std::size_t> write_vectors(const VectorPlan& plan, const std::vector<Case>& cases) {
  const auto profiles = choose_profiles(plan);
  if (!profiles) return tl::make_unexpected(profiles.error());
  std::error_code error;
  fs::create_directories(plan.folder, error);
  if (error) return fail(plan.folder.string() + ": " + error.message());
  remove_older(plan.folder);
  VectorWriter writer(plan);
  for (const auto& profile : *profiles) {
    StimulusMaker maker = make_stimuli(profile, plan);
    for (const Case& one : cases) {
      if (!is_in(plan, one) || does_not_apply(one, maker)) continue;
      if (auto done = writer.write(one, profile); !done) return tl::make_unexpected(done.error());
    }
  }
  return writer.finish();
}

}  // namespace p1rig
