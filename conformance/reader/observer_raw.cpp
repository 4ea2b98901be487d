#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "conformance/judge/reader.h"
#include "conformance/reader/observers.h"
#include "conformance/reader/tcp_feed.h"
#include "protocol/framer.h"
#include "protocol/wording.h"

namespace p1rig {
namespace {

/// What was sent longer ago than that many bytes is not looked for.
constexpr std::size_t kRemembered = std::size_t{1} << 19U;

/// A gateway reports no values: those of the telegrams that it passes on are read from them, by the
/// reference reader, so that one that it loses or breaks is missing. Besides, each telegram has to be
/// as it was sent, byte by byte; it may drop any of them.
class RawObserver final : public Observer {
 public:
  RawObserver(const ObserverSetting& setting, EventLoop& loop, Sink sink)
      : dialect_(setting.dialect),
        keys_(setting.keys),
        sink_(std::move(sink)),
        feed_(loop, parse_tcp_address(setting.address).value_or(TcpAddress{}),
              {.connected = [this] { begin(); },
               .bytes = [this](std::string_view bytes) { take(bytes); },
               .trouble = [this](std::string why) { sink_(std::move(why), ContractLog{}); }}) {
    begin();
  }

  Result<void> start() override {
    sent_.clear();
    feed_.start();
    return {};
  }
  void stop() override { feed_.stop(); }

  void sent(std::string_view bytes) override {
    sent_ += bytes;
    if (sent_.size() > 2 * kRemembered) sent_.erase(0, sent_.size() - kRemembered);
  }

 private:
  void begin() {
    framer_.emplace([this](const Stretch& stretch) { compare(stretch); });
    reader_.emplace(
        dialect_,
        [this](std::string_view line) { sink_(std::string(line), parse_contract_line(line)); },
        keys_);
  }

  void take(std::string_view bytes) {
    framer_->feed(bytes);
    reader_->feed(bytes);
  }

  void compare(const Stretch& stretch) {
    using Kind = Stretch::Kind;
    if (stretch.kind == Kind::kNoise || stretch.kind == Kind::kOversize) return;
    if (sent_.find(stretch.bytes) != std::string::npos) return;
    sink_("", ContractBreach{"passes on bytes that were not sent: " + difference(stretch.bytes)});
  }

  /// Against the telegram that begins like it for longest, the last one of equals.
  std::string difference(std::string_view got) const {
    std::size_t most = 0, where = 0;
    for (std::size_t at = sent_.find(got[0]); at != std::string::npos;
         at = sent_.find(got[0], at + 1)) {
      const std::string_view rest = std::string_view(sent_).substr(at);
      const auto end = std::mismatch(got.begin(), got.end(), rest.begin(), rest.end()).first;
      const auto same = static_cast<std::size_t>(end - got.begin());
      if (same < most) continue;
      most = same;
      where = at + same;
    }
    const auto hex = [](std::string_view text, std::size_t at) {
      return at < text.size() ? fmt::format("{:02X}", static_cast<unsigned char>(text[at]))
                              : std::string("nothing");
    };
    return fmt::format("after {} correctly, {} was sent but {} received", counted(most, "byte"),
                       hex(sent_, where), hex(got, most));
  }

  const Dialect* dialect_;
  std::optional<FrameKeys> keys_;
  Sink sink_;
  TcpFeed feed_;
  std::optional<Framer> framer_;
  std::optional<ReferenceReader> reader_;
  std::string sent_;
};

}  // namespace

std::unique_ptr<Observer> make_raw_observer(const ObserverSetting& setting, EventLoop& loop,
                                            Observer::Sink sink) {
  return std::make_unique<RawObserver>(setting, loop, std::move(sink));
}

}  // namespace p1rig
