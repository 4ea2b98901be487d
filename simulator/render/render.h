#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/crc_algorithms.h"
#include "protocol/obis.h"
#include "protocol/truth.h"
#include "simulator/state.h"
#include "simulator/zone.h"

namespace p1rig {

struct Segment;
class Stencil;
class StencilShelf;

/// A profile's telegram with its holes, compiled once and shared by all meters of the profile. What it
/// is made of is the business of this directory.
struct Layout {
  std::vector<Segment> telegram;
  /// The block of a medium on channel 1 to 4; empty if the profile has none.
  std::array<std::array<std::vector<Segment>, 4>, kMediumCount> mbus;
  bool uses_month = false;            ///< a hole asks for the last month
  bool uses_apparent_demand = false;  ///< one for an average of apparent power
  bool has_crc = false;
  const CrcAlgorithm* crc_algorithm = &crc_algorithms().front();
  std::string unset_time;  ///< printed for a time that is not known; empty: not allowed
  /// For what meters print again and again; without it they print more slowly.
  std::shared_ptr<StencilShelf> stencils;

  Layout();
  Layout(const Layout&);
  Layout(Layout&&) noexcept;
  Layout& operator=(const Layout&);
  Layout& operator=(Layout&&) noexcept;
  ~Layout();

  /// Where in a template something is wrong: 0-based line and column of its text.
  struct Flaw {
    std::size_t line = 0;
    std::size_t column = 0;
    std::string message;
  };
  /// Takes the template of a telegram, lines ending CR LF; nothing is changed where it has a flaw. What
  /// else a layout has may still change until a telegram is printed.
  std::optional<Flaw> compile(std::string_view text);
  /// Likewise of the block of a medium: 0-n becomes the channel, 1 to 4, and the holes name the
  /// device's fields.
  std::optional<Flaw> compile_block(std::string_view text, int channel, Medium medium);

  /// What the telegram's holes ask for, in their order; neither lists nor the M-Bus.
  std::vector<Quantity> shown() const;
  bool shows(Quantity quantity) const;
  bool lists_failures() const;
  bool lists_peaks() const;
  bool has_block(Medium medium, int channel = 1) const;
};

/// Appends the telegram that a meter with this state sends, '/' to the line end after the CRC.
/// Where `truth` is given, it becomes what the telegram says.
void render(const Layout& layout, const MeterState& state, const Zone& zone, std::string& telegram,
            Truth* truth = nullptr);

/// What an object of the telegram shows: one for each hole, in their order.
struct ShownValue {
  Obis code;
  std::optional<Quantity> quantity;  ///< nothing: of a device, or of an entry of a list
  std::string_view meaning;
};

/// Those of the telegram and of its lists, and of the blocks on the M-Bus.
std::vector<ShownValue> shown_values(const Layout& layout);

/// Why a hole of the quantity cannot print the value: "this meter prints F5(3,3), so at most 99.999 kW";
/// nothing if all can. That digits after the last are rounded does not count.
std::optional<std::string> limit_passed(const Layout& layout, Quantity quantity,
                                        std::int64_t value);

/// By how many units of its last digit the quantity's first hole prints `a` higher than `b`; nothing
/// if there is none.
std::optional<std::int64_t> printed_apart(const Layout& layout, Quantity quantity, std::int64_t a,
                                          std::int64_t b);

/// What grows evenly while nothing else happens: it is (amount + rate * seconds) / per, cut.
struct Growth {
  Quantity quantity;
  std::int64_t amount, rate, per;
};

/// Prints the telegrams of one meter, second after second: as render() does, in a twentieth of the time.
class SteadyPrinter {
 public:
  /// True if nothing but what grows has changed in the state after this.
  bool print(const Layout& layout, const Zone& zone, const MeterState& state,
             std::span<const Growth> growths, std::string& telegram);

  /// So many seconds on, at most a minute, after a print() that said so. False, with nothing appended,
  /// where the state must be printed anew: the clock is put forward or back, or a demand reaches all
  /// nines.
  bool go_on(std::uint32_t seconds, std::string& telegram);

 private:
  std::shared_ptr<const Stencil> stencil_;
  std::vector<std::uint32_t> record_;  ///< of the stencil
  int refreshes_ = 0;                  ///< since a stencil was made
};

}  // namespace p1rig
