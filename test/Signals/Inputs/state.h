// Run a piece of code with every register given, and get every register back.
//
//   runState(Code) loads In and jumps to Code (X30 = Code). Code ends with
//   `b stateDone`, which stores Out and returns to the caller of runState.
//   Code must not change TPIDR_EL0; nothing is called while it holds X0.
#include <stdint.h>
#include <stdio.h>

typedef struct {
  uint64_t X[31], Sp, Nzcv, Fpcr, Fpsr, Pad;
  __uint128_t V[32];
} State;

State In, Out;
uint64_t StateTls, StateSp;
void runState(void *Code);

asm(".text\n"
    ".macro general Op\n"
    ".irp N, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28\n"
    "  .set stateM, \\N + 1\n"
    "  generalPair \\Op, \\N, %stateM\n"
    ".endr\n"
    ".endm\n"
    ".altmacro\n"
    ".macro generalPair Op, N, M\n"
    "  \\Op x\\N, x\\M, [x0, #8 * \\N]\n"
    ".endm\n"
    ".macro vectorPair Op, N, M\n"
    "  \\Op q\\N, q\\M, [x1, #16 * \\N]\n"
    ".endm\n"
    ".macro vector Op\n"
    ".irp N, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30\n"
    "  .set stateM, \\N + 1\n"
    "  vectorPair \\Op, \\N, %stateM\n"
    ".endr\n"
    ".endm\n"
    ".macro address Reg, Symbol\n"
    "  adrp \\Reg, \\Symbol\n"
    "  add \\Reg, \\Reg, :lo12:\\Symbol\n"
    ".endm\n"

    ".globl runState\n"
    "runState:\n"
    "  stp x29, x30, [sp, #-160]!\n"
    "  stp x19, x20, [sp, #16]\n  stp x21, x22, [sp, #32]\n"
    "  stp x23, x24, [sp, #48]\n  stp x25, x26, [sp, #64]\n"
    "  stp x27, x28, [sp, #80]\n  stp d8, d9, [sp, #96]\n"
    "  stp d10, d11, [sp, #112]\n  stp d12, d13, [sp, #128]\n"
    "  stp d14, d15, [sp, #144]\n"
    "  address x1, StateSp\n  mov x2, sp\n  str x2, [x1]\n"
    "  address x1, StateTls\n  mrs x2, tpidr_el0\n  str x2, [x1]\n"
    "  mov x30, x0\n"
    "  address x0, In\n"
    "  ldp x1, x2, [x0, #248]\n  mov sp, x1\n  msr nzcv, x2\n"
    "  ldp x1, x2, [x0, #264]\n  msr fpcr, x1\n  msr fpsr, x2\n"
    "  add x1, x0, #288\n"
    "  vector ldp\n"
    "  general ldp\n"
    "  ldp x0, x1, [x0]\n"
    "  br x30\n"

    ".globl stateDone\n"
    "stateDone:\n"
    "  msr tpidr_el0, x0\n"
    "  address x0, Out\n"
    "  str x1, [x0, #8]\n"
    "  general stp\n"
    "  str x30, [x0, #240]\n"
    "  mrs x1, tpidr_el0\n  str x1, [x0]\n"
    "  mov x1, sp\n  mrs x2, nzcv\n  stp x1, x2, [x0, #248]\n"
    "  mrs x1, fpcr\n  mrs x2, fpsr\n  stp x1, x2, [x0, #264]\n"
    "  add x1, x0, #288\n"
    "  vector stp\n"
    "  msr fpcr, xzr\n"
    "  address x1, StateTls\n  ldr x2, [x1]\n  msr tpidr_el0, x2\n"
    "  address x1, StateSp\n  ldr x2, [x1]\n  mov sp, x2\n"
    "  ldp d14, d15, [sp, #144]\n  ldp d12, d13, [sp, #128]\n"
    "  ldp d10, d11, [sp, #112]\n  ldp d8, d9, [sp, #96]\n"
    "  ldp x27, x28, [sp, #80]\n  ldp x25, x26, [sp, #64]\n"
    "  ldp x23, x24, [sp, #48]\n  ldp x21, x22, [sp, #32]\n"
    "  ldp x19, x20, [sp, #16]\n  ldp x29, x30, [sp], #160\n"
    "  ret\n"
    ".noaltmacro\n");

static const char *StateName;
static int StateErrors;

static void want(const char *What, int I, uint64_t Got, uint64_t Want) {
  if (Got == Want)
    return;
  ++StateErrors;
  printf("%s: %s %d is %lx, not %lx\n", StateName, What, I, Got, Want);
}

static inline void wantVector(const char *What, int I, __uint128_t Got, __uint128_t Want) {
  want(What, I, (uint64_t)Got, (uint64_t)Want);
  want(What, I, (uint64_t)(Got >> 64), (uint64_t)(Want >> 64));
}

static inline void wantState(const State *Got, const State *Want) {
  for (int I = 0; I < 31; ++I)
    want("x", I, Got->X[I], Want->X[I]);
  want("sp", 0, Got->Sp, Want->Sp);
  want("nzcv", 0, Got->Nzcv, Want->Nzcv);
  want("fpcr", 0, Got->Fpcr, Want->Fpcr);
  want("fpsr", 0, Got->Fpsr, Want->Fpsr);
  for (int I = 0; I < 32; ++I)
    wantVector("v", I, Got->V[I], Want->V[I]);
}

static inline uint64_t randomWord(void) {
  static uint64_t Seed = 88172645463325252u;
  Seed ^= Seed << 13;
  Seed ^= Seed >> 7;
  return Seed ^= Seed << 17;
}

/// Everything random but SP.
static inline void randomState(State *S) {
  for (int I = 0; I < 31; ++I)
    S->X[I] = randomWord();
  S->Nzcv = randomWord() & 0xf0000000;
  S->Fpcr = randomWord() & 0x03c00000; // rounding, FZ, DN
  S->Fpsr = randomWord() & 0x0800009f;
  for (int I = 0; I < 32; ++I)
    S->V[I] = (__uint128_t)randomWord() << 64 | randomWord();
}
