/* How a foreign parser gets a row in p1rig_bench. C and C++ alike; this header needs nothing else.
 *
 * Write one source file that defines the function P1RIG_BENCH_PARSER and tell CMake of it:
 *
 *   cmake --preset release -DP1RIG_BENCH_PARSERS="/path/to/my_parser.cpp"
 *
 * bench/contenders/c_parser.c is an example; docs/benchmarks.md shows others. Before anything is timed,
 * each reading is compared with what the telegram says: a parser that is wrong stops the benchmark.
 */
#ifndef P1RIG_BENCH_PARSER_H
#define P1RIG_BENCH_PARSER_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A value that the parser does not know. */
#define P1RIG_UNKNOWN (-1LL)

/* What one telegram says, of the values that all parsers have. All are unknown before parse(). */
struct p1rig_reading {
  long long import_1_wh; /* 1-0:1.8.1; never unknown after a telegram that was accepted */
  long long import_2_wh; /* 1-0:1.8.2 */
  long long export_1_wh; /* 1-0:2.8.1 */
  long long export_2_wh; /* 1-0:2.8.2 */
  long long import_w;    /* 1-0:1.7.0 */
  long long export_w;    /* 1-0:2.7.0 */
  long long gas_litres;  /* 0-1:24.2.1 */
};

struct p1rig_parser {
  const char* name; /* of the row, "parser/NAME" */
  int checks_crc;   /* 0: telegrams are accepted whatever their CRC */

  /* Parses the telegram from '/' to the line end after the CRC. Returns 0 where it refuses it. Not
   * terminated by a zero; valid until the call returns. What a user would want must be parsed: all
   * values of the telegram, where the parser can. */
  int (*parse)(const char* telegram, size_t length, struct p1rig_reading* reading);
};

/* CMake gives it another name in each file. */
#ifdef P1RIG_BENCH_PARSER
const struct p1rig_parser* P1RIG_BENCH_PARSER(void);
#endif

#ifdef __cplusplus
}
#endif

#endif
