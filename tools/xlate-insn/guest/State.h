/*===- State.h - What one case starts from and ends in --------------------===*/
/* Shared by xlate-insn and the arm64 program that runs cases under an emulator;
   also the file format between them. */
#ifndef XLATE_INSN_GUEST_STATE_H
#define XLATE_INSN_GUEST_STATE_H

#include <stdint.h>

/* The data page: `m` in case files is its middle, its neighbours are unmapped.
 */
#define INSN_MEM_BASE 0x20000000ul
#define INSN_MEM_SIZE 0x1000ul
#define INSN_MEM_M (INSN_MEM_BASE + INSN_MEM_SIZE / 2)

/* The code of all cases of a file. It begins with a stub that finished cases
   branch to; the stub jumps to the address stored at INSN_EXIT_SLOT. */
#define INSN_CODE_BASE 0x30000000ul
#define INSN_EXIT_SLOT 16

struct insn_state {
  uint64_t x[32]; /* 31 = SP */
  uint64_t pc;
  uint32_t nzcv; /* in bits 31..28 */
  uint32_t fpcr;
  uint32_t fpsr;
  uint32_t signal; /* Linux signal number, 0 if the case ran to its end */
  uint64_t pad;
  uint64_t v[32][2];
  uint8_t mem[INSN_MEM_SIZE];
};

#endif
