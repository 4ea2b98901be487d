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
    : mutant_(mutant),
      policy_(mutant.policy),
      dialect_(dialect),
      sink_(std::move(sink)),
      framer_([this](const Stretch& stretch) { take(stretch); }),
      naive_framer_(mutant.policy.framing,
                    [this](std::string_view telegram) { return take_telegram(telegram, {}); }),
      keys_(keys) {
  state_.dialect = &dialect;
  if (keys) cipher_.emplace(*keys);
}

/// Only a framing defect needs the other framer, which knows no frames.
bool MutantReader::is_naive() const { return policy_.framing != Mutant::Framing{} && !keys_; }

void MutantReader::feed(std::string_view bytes) {
  if (state_.crashed || state_.hung) return;
  std::string changed(bytes);
  if (mutant_.bytes != nullptr) mutant_.bytes(changed, state_);
  if (state_.crashed || state_.hung) return;
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
  if (state_.crashed || state_.hung) return;
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
  state_.hung = opening.gives_up_after_bad;
  state_.crashed = opening.crashes_at_bad;
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

bool MutantReader::take_telegram(std::string_view bytes, std::string_view flag) {
  if (state_.crashed || state_.hung) return false;
  Telegram telegram = decode_telegram(bytes);
  const auto reason = policy_.judge != nullptr ? policy_.judge(telegram, dialect_)
                                               : judge_telegram(telegram, dialect_);
  if (reason) {
    reject(*reason);
    return false;
  }
  if (mutant_.telegram != nullptr && !mutant_.telegram(telegram, state_)) {
    if (!state_.crashed && !state_.hung) reject(Reject::kSyntax);
    return false;
  }
  tell(to_json_line(telegram, dialect_, flag));
  return true;
}

void MutantReader::tell(const std::string& json_line) {
  ContractLine what = parse_contract_line(json_line);
  auto* const telegram = std::get_if<ContractTelegram>(&what);
  if (mutant_.report == nullptr || telegram == nullptr || !telegram->flags.empty()) {
    return sink_(json_line, std::move(what));
  }
  ++state_.telegrams;
  MutantReport report{.telegram = std::move(*telegram)};
  const ContractTelegram meant = report.telegram;
  mutant_.report(report, state_);
  state_.previous = meant;
  if (state_.crashed || state_.hung) return;
  for (int i = 0; i < report.times; ++i) sink_(to_json(report.telegram), report.telegram);
}

void MutantReader::reject(Reject reason) {
  const std::string word(to_string(reason));
  sink_("{\"reject\":\"" + word + "\"}", ContractReject{word});
}

}  // namespace p1rig
