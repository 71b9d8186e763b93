// A few A64 instructions for programs that make code.
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef long Function(long);

static inline uint32_t movz(unsigned Rd, unsigned Imm) { return 0xd2800000 | Imm << 5 | Rd; }
static inline uint32_t movk16(unsigned Rd, unsigned Imm) { return 0xf2a00000 | Imm << 5 | Rd; }
static inline uint32_t addReg(unsigned Rd, unsigned Rn, unsigned Rm) {
  return 0x8b000000 | Rm << 16 | Rn << 5 | Rd;
}
static inline uint32_t subsImm(unsigned Rd, unsigned Rn, unsigned Imm) {
  return 0xf1000000 | Imm << 10 | Rn << 5 | Rd;
}
static inline uint32_t bNe(int Words) { return 0x54000001 | (Words & 0x7ffff) << 5; }
static inline uint32_t b(int Words) { return 0x14000000 | (Words & 0x3ffffff); }
enum { Ret = 0xd65f03c0 };

/// What compilers emit for __builtin___clear_cache: data cache, barrier,
/// instruction cache, barriers.
static inline void codeWritten(void *Lo, void *Hi) {
  __builtin___clear_cache((char *)Lo, (char *)Hi);
}

/// X0 + Constant, in Code. The result is the number of words.
static inline int emitAdd(uint32_t *Code, uint32_t Constant) {
  Code[0] = movz(1, Constant & 0xffff);
  Code[1] = movk16(1, Constant >> 16);
  Code[2] = addReg(0, 0, 1);
  Code[3] = Ret;
  return 4;
}

static inline void check(int Good, const char *What) {
  if (!Good) {
    printf("failed: %s\n", What);
    exit(1);
  }
}
