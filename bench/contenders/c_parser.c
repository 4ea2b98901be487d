/* An ordinary parser in C, line by line: the example of bench/parser.h. */
#include "bench/parser.h"

#include <stdlib.h>
#include <string.h>

static unsigned crc_table[256];

static void make_crc_table(void) {
  for (unsigned byte = 0; byte < 256; ++byte) {
    unsigned crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xA001u : crc >> 1;
    crc_table[byte] = crc;
  }
}

static unsigned crc_of(const char* bytes, size_t length) {
  unsigned crc = 0;
  for (size_t i = 0; i < length; ++i) {
    crc = (crc >> 8) ^ crc_table[(crc ^ (unsigned char)bytes[i]) & 0xFFu];
  }
  return crc;
}

/* "01.193*kW)" as thousandths of the unit; P1RIG_UNKNOWN for anything else. */
static long long thousandths_at(const char* text, const char* end) {
  long long value = 0;
  int decimals = -1;
  for (; text < end && *text != '*' && *text != ')'; ++text) {
    if (*text == '.' && decimals < 0) {
      decimals = 0;
    } else if (*text >= '0' && *text <= '9') {
      value = value * 10 + (*text - '0');
      if (decimals >= 0) ++decimals;
    } else {
      return P1RIG_UNKNOWN;
    }
  }
  for (; decimals < 3; ++decimals) value *= decimals < 0 ? 1 : 10;
  return value;
}

struct field {
  const char* code;
  size_t member; /* of struct p1rig_reading */
  int bracket;   /* from 0 */
};

static const struct field fields[] = {
    {"1-0:1.8.1", offsetof(struct p1rig_reading, import_1_wh), 0},
    {"1-0:1.8.2", offsetof(struct p1rig_reading, import_2_wh), 0},
    {"1-0:2.8.1", offsetof(struct p1rig_reading, export_1_wh), 0},
    {"1-0:2.8.2", offsetof(struct p1rig_reading, export_2_wh), 0},
    {"1-0:1.7.0", offsetof(struct p1rig_reading, import_w), 0},
    {"1-0:2.7.0", offsetof(struct p1rig_reading, export_w), 0},
    {"0-1:24.2.1", offsetof(struct p1rig_reading, gas_litres), 1},
};

static void parse_line(const char* line, const char* end, struct p1rig_reading* reading) {
  const char* open = memchr(line, '(', (size_t)(end - line));
  if (open == NULL) return;
  const size_t code = (size_t)(open - line);
  for (size_t i = 0; i < sizeof fields / sizeof fields[0]; ++i) {
    if (strlen(fields[i].code) != code || memcmp(fields[i].code, line, code) != 0) continue;
    for (int skip = fields[i].bracket; skip > 0 && open != NULL; --skip) {
      open = memchr(open + 1, '(', (size_t)(end - open - 1));
    }
    if (open == NULL) return;
    long long* value = (long long*)(void*)((char*)reading + fields[i].member);
    *value = thousandths_at(open + 1, end);
  }
}

static int parse(const char* telegram, size_t length, struct p1rig_reading* reading) {
  if (crc_table[1] == 0) make_crc_table();
  const char* const end = telegram + length;
  const char* line = telegram;
  while (line < end && *line != '!') {
    const char* next = memchr(line, '\n', (size_t)(end - line));
    if (next == NULL) return 0;
    parse_line(line, next, reading);
    line = next + 1;
  }
  char digits[5] = {0};
  if (end - line < 5) return 0;
  memcpy(digits, line + 1, 4);
  return strtoul(digits, NULL, 16) == crc_of(telegram, (size_t)(line + 1 - telegram));
}

const struct p1rig_parser* P1RIG_BENCH_PARSER(void) {
  static const struct p1rig_parser parser = {"c_parser", 1, parse};
  return &parser;
}
