#include "conformance/observer.h"

#include <utility>

namespace p1rig {
namespace {

/// A line that is longer is no report.
constexpr std::size_t kLongestLine = std::size_t{1} << 20U;

/// Lines of the reader contract, or JSON of the reader's own, on its standard output.
class StdoutObserver final : public Observer {
 public:
  explicit StdoutObserver(Sink sink) : sink_(std::move(sink)) {}

  Result<void> start() override { return {}; }
  void stop() override { line_.clear(); }

  void hear(std::string_view bytes) override {
    while (!bytes.empty()) {
      const std::size_t end = bytes.find('\n');
      const std::string_view part = bytes.substr(0, end);
      if (!too_long_) line_ += part;
      if (line_.size() > kLongestLine) {
        too_long_ = true;
        line_.clear();
        sink_("", ContractBreach{"the reader writes a line of more than 1 MiB"});
      }
      if (end == std::string_view::npos) return;
      bytes.remove_prefix(end + 1);
      if (!std::exchange(too_long_, false)) tell();
      line_.clear();
    }
  }

 private:
  void tell() {
    if (line_.ends_with('\r')) line_.pop_back();
    sink_(line_, parse_contract_line(line_));
  }

  Sink sink_;
  std::string line_;
  bool too_long_ = false;
};

}  // namespace

std::unique_ptr<Observer> make_observer(const ReaderFile&, EventLoop&, Observer::Sink sink) {
  return std::make_unique<StdoutObserver>(std::move(sink));
}

}  // namespace p1rig
