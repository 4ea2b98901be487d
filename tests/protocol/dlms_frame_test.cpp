#include "protocol/dlms_frame.h"

#include <gtest/gtest.h>

#include <string>

#include "protocol/hex.h"

namespace p1rig::dlms_frame_test {
namespace {

const std::string kTitle = "SAG\x01\x02\x03\x04\x05";

std::string octets(std::string_view digits) { return parse_hex(digits).value(); }

/// DB 08, title, this length field, 30, and then `rest` octets.
std::string frame_with(std::string_view length_field, std::size_t rest) {
  return "\xDB\x08" + kTitle + octets(length_field) + "0" + std::string(rest, 'c');
}

FrameDefect defect_of(std::string_view bytes) {
  const auto frame = parse_frame(bytes);
  EXPECT_FALSE(frame.has_value());
  return frame ? FrameDefect::kHead : frame.error();
}

TEST(DlmsFrame, IsTakenApart) {
  const std::string bytes =
      "\xDB\x08" + kTitle + "\x14" + "0" + "\x01\x02\xDB\x04" + "abc" + "twelve octet";
  const auto frame = parse_frame(bytes);
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->title, kTitle);
  EXPECT_EQ(frame->form, LengthForm::kOne);
  EXPECT_EQ(frame->counter, 0x0102DB04U);
  EXPECT_EQ(frame->ciphertext, "abc");
  EXPECT_EQ(frame->tag, "twelve octet");
  EXPECT_EQ(print_frame(*frame), bytes);
}

// LEN = 1 + 4 + data + 12 (LUX-P1 1.1.3 §3.2.5).
TEST(DlmsFrame, LengthFields) {
  EXPECT_EQ(frame_length_field(0, LengthForm::kCanonical), octets("11"));
  EXPECT_EQ(frame_length_field(110, LengthForm::kCanonical), octets("7F"));
  EXPECT_EQ(frame_length_field(111, LengthForm::kCanonical), octets("8180"));
  EXPECT_EQ(frame_length_field(238, LengthForm::kCanonical), octets("81FF"));
  EXPECT_EQ(frame_length_field(239, LengthForm::kCanonical), octets("820100"));
  EXPECT_EQ(frame_length_field(1489, LengthForm::kCanonical), octets("8205E2"));
  EXPECT_EQ(frame_length_field(65518, LengthForm::kCanonical), octets("82FFFF"));
  EXPECT_EQ(frame_length_field(65519, LengthForm::kCanonical), octets("83010000"));
  EXPECT_EQ(frame_length_field(0, LengthForm::k81), octets("8111"));
  EXPECT_EQ(frame_length_field(0, LengthForm::k82), octets("820011"));
  EXPECT_EQ(frame_length_field(1489, LengthForm::k83), octets("830005E2"));
  EXPECT_EQ(frame_length_field(239, LengthForm::k81), std::nullopt);
  EXPECT_EQ(frame_length_field(65519, LengthForm::k82), std::nullopt);
  EXPECT_EQ(frame_length_field(0x1000000, LengthForm::k83), std::nullopt);
}

TEST(DlmsFrame, EveryLengthFormIsRead) {
  struct Form {
    const char* field;
    LengthForm form;
    bool canonical;
  };
  for (const auto& [field, form, canonical] :
       {Form{"13", LengthForm::kOne, true}, Form{"8113", LengthForm::k81, false},
        Form{"820013", LengthForm::k82, false}, Form{"83000013", LengthForm::k83, false}}) {
    const std::string bytes = frame_with(field, 18);
    const auto frame = parse_frame(bytes);
    ASSERT_TRUE(frame) << field;
    EXPECT_EQ(frame->form, form) << field;
    EXPECT_EQ(frame->ciphertext, "cc") << field;
    EXPECT_EQ(has_canonical_length(*frame), canonical) << field;
    EXPECT_EQ(print_frame(*frame), bytes) << field;
  }
}

TEST(DlmsFrame, AFormThatIsTooSmallIsReplaced) {
  const std::string ciphertext(300, 'c');
  const DlmsFrame frame{kTitle, LengthForm::k81, 1, ciphertext, "twelve octet"};
  EXPECT_EQ(print_frame(frame).substr(10, 3), octets("82013D"));
}

TEST(DlmsFrame, DefectsAreNamed) {
  EXPECT_EQ(defect_of("/Lux5"), FrameDefect::kHead);
  EXPECT_EQ(defect_of(octets("DB07") + kTitle), FrameDefect::kHead);
  EXPECT_EQ(defect_of(frame_with("80", 40)), FrameDefect::kHead);
  EXPECT_EQ(defect_of(frame_with("8400000020", 40)), FrameDefect::kHead);
  EXPECT_EQ(defect_of("\xDB\x08" + kTitle + "\x13" + "1" + std::string(18, 'c')),
            FrameDefect::kHead);
  EXPECT_EQ(defect_of(frame_with("10", 15)), FrameDefect::kLength);
  EXPECT_EQ(defect_of(frame_with("83FFFFFF", 40)), FrameDefect::kLength);
  EXPECT_EQ(defect_of(frame_with("13", 17)), FrameDefect::kCut);
  EXPECT_EQ(defect_of(frame_with("13", 19)), FrameDefect::kTrailing);
  EXPECT_EQ(defect_of(""), FrameDefect::kCut);
}

TEST(DlmsFrame, LongestFrame) {
  // 14 octets stand before LEN's end: kMaxFrame = 14 + LEN.
  const std::string longest = frame_with("830167F2", kMaxFrame - 15);
  ASSERT_EQ(longest.size(), kMaxFrame);
  EXPECT_TRUE(parse_frame(longest));
  EXPECT_EQ(defect_of(frame_with("830167F3", kMaxFrame - 14)), FrameDefect::kLength);
}

using Verdict = FrameHead::Verdict;

TEST(DlmsFrame, HeadIsToldWithTheOctetThatDecides) {
  for (const char* field : {"13", "8113", "820013", "83000013"}) {
    const std::string bytes = frame_with(field, 18);
    const std::size_t head = bytes.find('0', 10) + 1;
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const FrameHead told = read_frame_head(bytes.substr(0, size));
      EXPECT_EQ(told.verdict, size < head ? Verdict::kMore : Verdict::kFrame) << field << size;
      EXPECT_EQ(told.size, size < head ? 0U : bytes.size()) << field << size;
    }
  }
  EXPECT_EQ(read_frame_head("x").verdict, Verdict::kNone);
  EXPECT_EQ(read_frame_head("\xDBx").verdict, Verdict::kNone);
  EXPECT_EQ(read_frame_head("\xDB\x08" + kTitle + "\x10").verdict, Verdict::kNone);
  EXPECT_EQ(read_frame_head("\xDB\x08" + kTitle + "\x80").verdict, Verdict::kNone);
  EXPECT_EQ(read_frame_head("\xDB\x08" + kTitle + "\x11" + "1").verdict, Verdict::kNone);
}

TEST(DlmsFrame, NamesOfLengthForms) {
  EXPECT_EQ(parse_length_form("canonical"), LengthForm::kCanonical);
  EXPECT_EQ(parse_length_form("81"), LengthForm::k81);
  EXPECT_EQ(parse_length_form("82"), LengthForm::k82);
  EXPECT_EQ(parse_length_form("83"), LengthForm::k83);
  EXPECT_EQ(parse_length_form("84"), std::nullopt);
}

}  // namespace
}  // namespace p1rig::dlms_frame_test
