// Every register through the signal frame of a fault: the handler finds what the
// instruction had, and the code goes on with what the handler leaves: X0-X30, SP,
// PC, NZCV, V0-V31, FPCR, FPSR.
// RUN: %aarch64-cc -O2 -static %s -o %t
// RUN: %xlate-tiers %t | %filecheck %s

#define _GNU_SOURCE
#include "Inputs/state.h"
#include <signal.h>
#include <string.h>
#include <ucontext.h>

// X5 is the bad address.
asm(".globl load, store, pair, vector, atomic, breakp, undef, flags, flags.at\n"
    ".globl loop, loop.at, push, push.at\n"
    "load:    ldr x3, [x5, #8]\n  b stateDone\n"
    "store:   str w1, [x5, w0, sxtw #2]\n  b stateDone\n"
    "pair:    ldp x20, x3, [x5], #16\n  b stateDone\n"
    "vector:  ld2 {v3.4s, v4.4s}, [x5], #32\n  b stateDone\n"
    "atomic:  .arch armv8.1-a\n  ldadd x1, x2, [x5]\n  b stateDone\n"
    "breakp:  brk #0x1234\n  b stateDone\n"
    "undef:   udf #7\n  b stateDone\n"
    // Flags that nothing has read yet.
    "flags:   subs x7, x6, x6\n"
    "flags.at: ldr w2, [x5]\n  b stateDone\n"
    // After a loop that is hot.
    "loop:    mov x9, #3000\n"
    "1:       ldr x10, [sp]\n  add x11, x11, x10\n  subs x9, x9, #1\n  b.ne 1b\n"
    "loop.at: stp q1, q2, [x5, #-32]!\n  b stateDone\n"
    // An access with writeback changes its base only when it succeeds.
    "push:    mov sp, x5\n"
    "push.at: stp x29, x30, [sp, #-16]!\n  b stateDone\n");
extern char load[], store[], pair[], vector[], atomic[], breakp[], undef[], flags[], loop[], push[];
extern char flagsAt[] asm("flags.at"), loopAt[] asm("loop.at"), pushAt[] asm("push.at");

static struct {
  State At; // the state that the handler is to see, then the one it leaves
  char *Pc;
  int Signal;
  uint64_t Address, Esr;
} Expect;

static void readFrame(ucontext_t *U, State *S, uint64_t *Esr) {
  mcontext_t *M = &U->uc_mcontext;
  memcpy(S->X, M->regs, sizeof S->X);
  S->Sp = M->sp;
  S->Nzcv = M->pstate & 0xf0000000;
  *Esr = 0;
  struct _aarch64_ctx *R = (void *)M->__reserved;
  for (; R->magic; R = (void *)((char *)R + R->size)) {
    if (R->magic == FPSIMD_MAGIC) {
      struct fpsimd_context *Fp = (void *)R;
      want("size of fpsimd record", 0, R->size, 528);
      S->Fpcr = Fp->fpcr;
      S->Fpsr = Fp->fpsr;
      memcpy(S->V, Fp->vregs, sizeof S->V);
    } else if (R->magic == ESR_MAGIC) {
      want("size of esr record", 0, R->size, 16);
      *Esr = ((struct esr_context *)R)->esr;
    } else {
      want("unknown record", 0, R->magic, 0);
    }
  }
  want("size of terminator", 0, R->size, 0);
}

static void writeFrame(ucontext_t *U, const State *S) {
  mcontext_t *M = &U->uc_mcontext;
  memcpy(M->regs, S->X, sizeof S->X);
  M->sp = S->Sp;
  M->pstate = S->Nzcv;
  struct fpsimd_context *Fp = (void *)M->__reserved;
  Fp->fpcr = S->Fpcr;
  Fp->fpsr = S->Fpsr;
  memcpy(Fp->vregs, S->V, sizeof S->V);
}

static void handler(int Signal, siginfo_t *Info, void *Context) {
  ucontext_t *U = Context;
  State Seen = {};
  uint64_t Esr;
  readFrame(U, &Seen, &Esr);
  wantState(&Seen, &Expect.At);
  want("signal", 0, Signal, Expect.Signal);
  want("si_signo", 0, Info->si_signo, Expect.Signal);
  want("si_addr", 0, (uint64_t)Info->si_addr, Expect.Address);
  want("pc", 0, U->uc_mcontext.pc, (uint64_t)Expect.Pc);
  want("uc_flags", 0, U->uc_flags, 0);
  want("uc_link", 0, (uint64_t)U->uc_link, 0);
  if (Signal == SIGSEGV) {
    want("fault_address", 0, U->uc_mcontext.fault_address, Expect.Address);
    // Data abort from EL0, 32-bit instruction; the level of a translation fault
    // depends on what else is mapped.
    want("esr", 0, Esr & ~3ul, Expect.Esr);
  }
  State New;
  randomState(&New);
  New.Sp = Seen.Sp - 64;
  Expect.At = New;
  writeFrame(U, &New);
  U->uc_mcontext.pc += 4;
}

static char Stack[16384] __attribute__((aligned(16)));
static char AltStack[65536] __attribute__((aligned(16)));

/// Random registers, the bad address in X5.
static void prepare(const char *Name, char *Pc, int Signal, uint64_t Bad, uint64_t Address,
                    uint64_t Esr) {
  StateName = Name;
  randomState(&In);
  In.X[0] = 0x40;
  In.X[5] = Bad;
  In.Sp = (uint64_t)Stack + sizeof Stack / 2;
  Expect.At = In;
  Expect.Pc = Pc;
  Expect.Signal = Signal;
  Expect.Address = Address;
  Expect.Esr = Esr;
}

static void finish(char *Code) {
  In.X[30] = Expect.At.X[30] = (uint64_t)Code;
  runState(Code);
  wantState(&Out, &Expect.At);
}

static void run(const char *Name, char *Code, int Signal, uint64_t Bad, uint64_t Address,
                uint64_t Esr) {
  prepare(Name, Code, Signal, Bad, Address, Esr);
  finish(Code);
}

int main(void) {
  stack_t Alt = {.ss_sp = AltStack, .ss_size = sizeof AltStack};
  sigaltstack(&Alt, 0);
  struct sigaction A = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  sigaction(SIGSEGV, &A, 0);
  sigaction(SIGTRAP, &A, 0);
  sigaction(SIGILL, &A, 0);

  const uint64_t Read = 0x92000004, Write = Read | 1 << 6;
  for (int I = 0; I < 20; ++I) {
    run("load", load, SIGSEGV, 0x1000, 0x1008, Read);
    run("store", store, SIGSEGV, 0x2000, 0x2100, Write);
    run("pair", pair, SIGSEGV, 0x3000, 0x3000, Read);
    run("vector", vector, SIGSEGV, 0x4000, 0x4000, Read);
    run("atomic", atomic, SIGSEGV, 0x5000, 0x5000, Write);
    run("breakpoint", breakp, SIGTRAP, 0, (uint64_t)breakp, 0);
    run("undefined", undef, SIGILL, 0, (uint64_t)undef, 0);

    prepare("flags", flagsAt, SIGSEGV, 0x7000, 0x7000, Read);
    Expect.At.X[7] = 0;
    Expect.At.Nzcv = 0x60000000;
    finish(flags);

    prepare("loop", loopAt, SIGSEGV, 0x8020, 0x8000, Write);
    *(uint64_t *)In.Sp = 7;
    Expect.At.X[9] = 0;
    Expect.At.X[10] = 7;
    Expect.At.X[11] += 7 * 3000;
    Expect.At.Nzcv = 0x60000000;
    finish(loop);

    prepare("push", pushAt, SIGSEGV, 0x9010, 0x9000, Write);
    Expect.At.Sp = 0x9010;
    finish(push);
  }
  printf("errors: %d\n", StateErrors);
  // CHECK: errors: 0
  return StateErrors != 0;
}
