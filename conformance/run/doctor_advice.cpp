#include "conformance/run/doctor_advice.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "conformance/judge/compare.h"
#include "protocol/decimal.h"

namespace p1rig {
namespace {

using Kind = ContractValue::Kind;

constexpr int kUsualDecimals = 3;

class Adviser {
 public:
  explicit Adviser(const AdviceRequest& request) : request_(request) {
    precision_.time = request.reader.time;
    precision_.no_season = request.no_season;
    precision_.decimals =
        request.reader.decimals.value_or(request.decimals.value_or(kUsualDecimals));
  }

  std::vector<Advice> run() {
    for (const ContractTelegram& told : request_.told) {
      if (const ContractTelegram* const sent = recognise(told)) look_at(told, *sent);
    }
    return std::move(advice_);
  }

 private:
  /// The telegram that has most values in common with the report.
  const ContractTelegram* recognise(const ContractTelegram& told) {
    const ContractTelegram* best = nullptr;
    std::size_t most = 0;
    for (const ContractTelegram& sent : request_.sent) {
      std::size_t same = 0;
      for (const auto& [code, value] : told.values) {
        const auto meant = sent.values.find(code);
        if (meant != sent.values.end() && !difference(value, meant->second, precision_)) ++same;
      }
      if (best == nullptr || same > most) {
        best = &sent;
        most = same;
      }
    }
    return best;
  }

  void look_at(const ContractTelegram& told, const ContractTelegram& sent) {
    for (const auto& [code, value] : told.values) {
      const auto meant = sent.values.find(code);
      if (value.kind == Kind::kNull && meant == sent.values.end()) continue;
      if (meant == sent.values.end()) {
        add(true, fmt::format("{} is reported as {}, but this meter does not send it",
                              to_string(code), to_json(value)));
      } else if (const auto wrong = difference(value, meant->second, precision_)) {
        explain(code, value, meant->second, *wrong, sent);
      }
    }
  }

  void explain(Obis code, const ContractValue& value, const ContractValue& meant,
               const std::string& wrong, const ContractTelegram& sent) {
    const std::string name = to_string(code);
    std::string advice = "the adapter or the reader changes it";
    if (value.kind == Kind::kNull) {
      advice = "null means invalid; leave out what the reader does not have";
    } else if (wrong.ends_with("the unit is missing")) {
      advice = "write the unit after the number, or give `unit` in [map]";
    } else if (wrong.ends_with("another unit")) {
      advice = "units are those of P1: kWh, kW, W, V, A, m3, s …";
    } else if (wrong.ends_with("a time")) {
      advice = "times are written \"2010-12-09T11:30:20+01:00\"";
    } else if (const auto form = other_time_form(value, meant)) {
      advice = fmt::format("with time = \"{}\" in [reader] it is correct", *form);
    } else if (const auto decimals = fewer_decimals(value, meant)) {
      advice = fmt::format("with decimals = {} in [reader] it is correct", *decimals);
    } else if (const auto other = owner_of(value, code, sent)) {
      advice = fmt::format("that is the value of {}: are the two swapped?", to_string(*other));
    }
    add(true, name + " " + wrong, advice, name + advice);
  }

  std::optional<std::string_view> other_time_form(const ContractValue& value,
                                                  const ContractValue& meant) const {
    struct Row {
      std::string_view name;
      TimeForm form;
    };
    constexpr std::array<Row, 3> kForms = {
        {{"aware", TimeForm::kAware}, {"local", TimeForm::kLocal}, {"utc", TimeForm::kUtc}}};
    for (const Row& row : kForms) {
      Precision precision = precision_;
      precision.time = row.form;
      if (!difference(value, meant, precision)) return row.name;
    }
    return std::nullopt;
  }

  std::optional<int> fewer_decimals(const ContractValue& value, const ContractValue& meant) const {
    for (int decimals = precision_.decimals - 1; decimals >= 0; --decimals) {
      Precision precision = precision_;
      precision.decimals = decimals;
      if (!difference(value, meant, precision)) return decimals;
    }
    return std::nullopt;
  }

  /// Another code of the same telegram that has this value; zeros look alike.
  std::optional<Obis> owner_of(const ContractValue& value, Obis code,
                               const ContractTelegram& sent) const {
    const auto number = parse_decimal(std::string_view(value.text).substr(0, value.text.find(' ')));
    if (!number || number->digits == 0) return std::nullopt;
    for (const auto& [other, meant] : sent.values) {
      if (other != code && meant.kind == value.kind && !difference(value, meant, precision_)) {
        return other;
      }
    }
    return std::nullopt;
  }

  void add(bool wrong, std::string message, std::string advice = {}, std::string key = {}) {
    if (key.empty()) key = message.substr(0, message.find(' '));
    if (std::ranges::find(seen_, key) != seen_.end()) return;
    seen_.push_back(std::move(key));
    advice_.push_back({wrong, std::move(message), std::move(advice)});
  }

  const AdviceRequest& request_;
  Precision precision_;
  std::vector<Advice> advice_;
  std::vector<std::string> seen_;
};

}  // namespace

std::vector<Advice> advise_on_values(const AdviceRequest& request) {
  return Adviser(request).run();
}

}  // namespace p1rig
