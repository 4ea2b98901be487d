#include "conformance/mutants/mutant_reader.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace p1rig {
namespace {

std::string iv_of(const DlmsFrame& frame, std::string_view title, const Mutant::Opening& opening) {
  std::string counter;
  for (unsigned i = 0; i < 4; ++i) {
    const unsigned shift = opening.counter_little_endian ? 8 * i : 24 - 8 * i;
    counter += static_cast<char>((frame.counter >> shift) & 0xFFU);
  }
  return opening.counter_first ? counter + std::string(title) : std::string(title) + counter;
}

std::string additional_data(const FrameKeys& keys, const Mutant::Opening& opening) {
  if (opening.no_additional_data) return {};
  std::string key(keys.authentication.octets());
  if (opening.key_reversed) std::ranges::reverse(key);
  return opening.no_security_octet ? key : kFrameSecurity + key;
}

}  // namespace

MutantReader::MutantReader(const Mutant& mutant, const Dialect& dialect, Sink sink,
                           const std::optional<FrameKeys>& keys)
    : policy_(mutant.policy),
      dialect_(dialect),
      sink_(std::move(sink)),
      framer_([this](const Stretch& stretch) { take(stretch); }),
      naive_framer_(mutant.policy.framing,
                    [this](std::string_view telegram) { return take_telegram(telegram, {}); }),
      keys_(keys) {
  if (mutant.parts.empty()) parts_.push_back({&mutant});
  for (const Mutant* part : mutant.parts) parts_.push_back({part});
  for (Part& part : parts_) part.state.dialect = &dialect;
  if (keys) cipher_.emplace(*keys);
}

bool MutantReader::has_any(bool MutantState::*sign) const {
  return std::ranges::any_of(parts_, [&](const Part& part) { return part.state.*sign; });
}

bool MutantReader::is_over() const {
  return has_any(&MutantState::crashed) || has_any(&MutantState::hung);
}

/// Only a framing defect needs the other framer, which knows no frames.
bool MutantReader::is_naive() const { return policy_.framing != Mutant::Framing{} && !keys_; }

void MutantReader::feed(std::string_view bytes) {
  if (is_over()) return;
  std::string changed(bytes);
  for (auto& [mutant, state] : parts_) {
    if (mutant->bytes != nullptr) mutant->bytes(changed, state);
    if (is_over()) return;
  }
  if (keys_ && policy_.opening.read_is_frame) return take_frame(changed);
  if (is_naive()) {
    naive_framer_.feed(changed);
  } else {
    framer_.feed(changed);
  }
}

void MutantReader::pause(std::chrono::nanoseconds duration) { naive_framer_.pause(duration); }

void MutantReader::reconnect() {
  framer_.finish();
  naive_framer_.finish();
}

void MutantReader::take(const Stretch& stretch) {
  if (is_over()) return;
  if (stretch.kind == Stretch::Kind::kOversize) return reject(Reject::kOversize);
  if (stretch.kind == Stretch::Kind::kFrame) return take_frame(stretch.bytes);
  if (stretch.kind == Stretch::Kind::kTelegram) {
    if (keys_ && policy_.opening.refuses_plain) return reject(Reject::kSyntax);
    take_telegram(stretch.bytes, {});
    return;
  }
  const bool of_frame = stretch.kind == Stretch::Kind::kFragment && stretch.bytes[0] == kFrameStart;
  if (of_frame) bad_frame(Reject::kSyntax, nullptr);
}

void MutantReader::bad_frame(Reject reason, const DlmsFrame* frame) {
  const Mutant::Opening& opening = policy_.opening;
  parts_.front().state.hung = opening.gives_up_after_bad;
  parts_.front().state.crashed = opening.crashes_at_bad;
  constexpr int kLost = 3;
  if (opening.loses_after_bad) lose_frames_ = kLost;
  if (opening.tells_garbage && frame != nullptr) {
    ContractTelegram garbage;
    garbage.values[{1, 0, 1, 7, 0}] = {.kind = ContractValue::Kind::kText,
                                       .text = std::to_string(frame->counter) + " kW"};
    return sink_(to_json(garbage), garbage);
  }
  reject(reason);
}

/// As FrameCipher does, where nothing is opening.
bool MutantReader::open(const DlmsFrame& frame, std::string& telegram) {
  const Mutant::Opening& opening = policy_.opening;
  if (first_title_.empty()) first_title_ = frame.title;
  const std::string iv =
      iv_of(frame, opening.keeps_title ? first_title_ : std::string(frame.title), opening);
  AesGcm gcm(keys_->encryption);
  telegram.resize(frame.ciphertext.size());
  if (!opening.ignores_tag) {
    return gcm.decrypt(iv, additional_data(*keys_, opening), frame.ciphertext, frame.tag,
                       std::span(telegram.data(), telegram.size()));
  }
  // In counter mode sealing and opening are the same.
  std::array<char, kTagSize> tag{};
  gcm.encrypt(iv, {}, frame.ciphertext, std::span(telegram.data(), telegram.size()), tag);
  return true;
}

void MutantReader::take_frame(std::string_view bytes) {
  const Mutant::Opening& opening = policy_.opening;
  const auto frame = parse_frame(bytes);
  if (!cipher_ || !frame) return reject(Reject::kDecrypt);
  if (lose_frames_ > 0) {
    --lose_frames_;
    return;
  }
  if (opening.refuses_form && frame->form == *opening.refuses_form) return reject(Reject::kSyntax);
  if (opening.needs_shortest_form && !has_canonical_length(*frame)) return reject(Reject::kSyntax);
  if (opening.refuses_db_inside && bytes.find(kFrameStart, 1) != std::string_view::npos) {
    return reject(Reject::kSyntax);
  }
  std::string telegram;
  const bool is_right =
      opening == Mutant::Opening{} ? cipher_->open(*frame, telegram) : open(*frame, telegram);
  if (!is_right) return bad_frame(Reject::kTag, &*frame);
  const CounterStep step = track_.step(frame->title, frame->counter);
  const bool replay = step == CounterStep::kRepeated || step == CounterStep::kFell;
  if (opening.needs_next_counter && step == CounterStep::kGap) return reject(Reject::kOther);
  if (opening.refuses_reset && step == CounterStep::kReset) return reject(Reject::kOther);
  take_telegram(telegram, replay && !opening.accepts_replay ? "replay" : "");
}

/// Of several beliefs those count that differ from the reference's, the last of them most.
std::optional<Reject> MutantReader::judge(const Telegram& telegram) const {
  const auto reference = judge_telegram(telegram, dialect_);
  auto reason = reference;
  for (const Part& part : parts_) {
    const auto own_judge = part.mutant->policy.judge;
    if (own_judge == nullptr) continue;
    const auto own = own_judge(telegram, dialect_);
    if (own.has_value() != reference.has_value()) reason = own;
  }
  return reason;
}

bool MutantReader::take_telegram(std::string_view bytes, std::string_view flag) {
  if (is_over()) return false;
  Telegram telegram = decode_telegram(bytes);
  if (const auto reason = judge(telegram)) {
    reject(*reason);
    return false;
  }
  for (auto& [mutant, state] : parts_) {
    if (mutant->telegram == nullptr || mutant->telegram(telegram, state)) continue;
    if (!is_over()) reject(Reject::kSyntax);
    return false;
  }
  tell(to_json_line(telegram, dialect_, flag));
  return true;
}

void MutantReader::tell(const std::string& json_line) {
  ContractLine what = parse_contract_line(json_line);
  auto* const telegram = std::get_if<ContractTelegram>(&what);
  const bool is_edited =
      std::ranges::any_of(parts_, [](const Part& part) { return part.mutant->report != nullptr; });
  if (!is_edited || telegram == nullptr || !telegram->flags.empty()) {
    return sink_(json_line, std::move(what));
  }
  MutantReport report{.telegram = std::move(*telegram)};
  const ContractTelegram meant = report.telegram;
  for (auto& [mutant, state] : parts_) {
    ++state.telegrams;
    if (mutant->report != nullptr) mutant->report(report, state);
    state.previous = meant;
    if (!state.first) state.first = meant;
    if (is_over()) return;
  }
  for (int i = 0; i < report.times; ++i) sink_(to_json(report.telegram), report.telegram);
}

void MutantReader::reject(Reject reason) {
  const std::string word(to_string(reason));
  sink_("{\"reject\":\"" + word + "\"}", ContractReject{word});
}

}  // namespace p1rig
