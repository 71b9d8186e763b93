/*===- Guest.c - arm64 program that runs cases under an emulator ------------===*/
/*
 * usage: insn-guest CODE STATES > RESULTS
 *
 * CODE is the blob that xlate-insn assembled, STATES an array of insn_state.
 * Each case starts from its state at x30-restoring prologue `pc - 4` (see
 * Assemble.cpp), and its final state, or the state at the signal that it
 * raised, is written to standard output. Freestanding and static, so that it
 * runs in any emulator and on hardware.
 */
#include "State.h"

enum {
  SYS_openat = 56, SYS_lseek = 62, SYS_write = 64, SYS_exit_group = 94,
  SYS_sigaltstack = 132, SYS_rt_sigaction = 134, SYS_mmap = 222
};
enum { PROT_R = 1, PROT_W = 2, PROT_X = 4, MAP_PRIVATE = 2, MAP_FIXED = 16, MAP_ANON = 32 };

static long sys(long n, long a, long b, long c, long d, long e, long f) {
  register long x8 asm("x8") = n, x0 asm("x0") = a, x1 asm("x1") = b, x2 asm("x2") = c,
                x3 asm("x3") = d, x4 asm("x4") = e, x5 asm("x5") = f;
  asm volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
               : "memory");
  return x0;
}

static void die(const char *msg) {
  long n = 0;
  while (msg[n])
    ++n;
  sys(SYS_write, 2, (long)msg, n, 0, 0, 0);
  sys(SYS_exit_group, 2, 0, 0, 0, 0, 0);
}

static void copy(void *to, const void *from, uint64_t n) {
  volatile uint64_t *t = to;
  const uint64_t *f = from;
  for (uint64_t i = 0; i != n / 8; ++i)
    t[i] = f[i];
}

/* Final state of the running case. */
struct insn_state result;
/* Callee-saved registers and SP while a case runs. */
uint64_t harness_regs[24];

void enter_case(const struct insn_state *s, uint64_t entry);
void leave_case(void);
void resume_harness(void);

#define STR(x) STR_(x)
#define STR_(x) #x
#define PAIRS(op) /* all but x0, x1, x30 */                                                        \
  op " x2, x3, [x30, #16]\n" op " x4, x5, [x30, #32]\n" op " x6, x7, [x30, #48]\n"                 \
  op " x8, x9, [x30, #64]\n" op " x10, x11, [x30, #80]\n" op " x12, x13, [x30, #96]\n"             \
  op " x14, x15, [x30, #112]\n" op " x16, x17, [x30, #128]\n" op " x18, x19, [x30, #144]\n"        \
  op " x20, x21, [x30, #160]\n" op " x22, x23, [x30, #176]\n" op " x24, x25, [x30, #192]\n"        \
  op " x26, x27, [x30, #208]\n" op " x28, x29, [x30, #224]\n"
#define VPAIR(op, i, j, off) op " q" #i ", q" #j ", [x1, #" #off "]\n"
#define VPAIRS(op)                                                                                 \
  "add x1, x30, #288\n"                                                                            \
  VPAIR(op, 0, 1, 0) VPAIR(op, 2, 3, 32) VPAIR(op, 4, 5, 64) VPAIR(op, 6, 7, 96)                   \
  VPAIR(op, 8, 9, 128) VPAIR(op, 10, 11, 160) VPAIR(op, 12, 13, 192) VPAIR(op, 14, 15, 224)        \
  VPAIR(op, 16, 17, 256) VPAIR(op, 18, 19, 288) VPAIR(op, 20, 21, 320) VPAIR(op, 22, 23, 352)      \
  VPAIR(op, 24, 25, 384) VPAIR(op, 26, 27, 416) VPAIR(op, 28, 29, 448) VPAIR(op, 30, 31, 480)
#define HARNESS_REGS(op)                                                                           \
  op " x19, x20, [x0]\n" op " x21, x22, [x0, #16]\n" op " x23, x24, [x0, #32]\n"                   \
  op " x25, x26, [x0, #48]\n" op " x27, x28, [x0, #64]\n" op " x29, x30, [x0, #80]\n"              \
  op " d8, d9, [x0, #96]\n" op " d10, d11, [x0, #112]\n" op " d12, d13, [x0, #128]\n"              \
  op " d14, d15, [x0, #144]\n"
#define ADDR(r, s) "adrp " r ", " s "\n add " r ", " r ", :lo12:" s "\n"

_Static_assert(__builtin_offsetof(struct insn_state, v) == 288, "offsets above");

asm(".text\n"
    ".globl enter_case\n"
    "enter_case:\n"
    "  mov x2, x0\n"
    "  mov x3, x1\n"
    ADDR("x0", "harness_regs")
    HARNESS_REGS("stp")
    "  mov x1, sp\n"
    "  str x1, [x0, #160]\n"
    "  mov x30, x2\n"
    "  str x3, [x0, #168]\n" /* entry */
    "  ldr w1, [x30, #268]\n"
    "  msr fpcr, x1\n"
    "  ldr w1, [x30, #272]\n"
    "  msr fpsr, x1\n"
    "  ldr w1, [x30, #264]\n"
    "  msr nzcv, x1\n"
    "  ldr x1, [x30, #240]\n"
    "  msr tpidr_el0, x1\n"
    "  ldr x1, [x30, #248]\n"
    "  mov sp, x1\n"
    VPAIRS("ldp")
    PAIRS("ldp")
    ADDR("x1", "harness_regs")
    "  ldr x1, [x1, #168]\n"
    "  ldr x0, [x30]\n"
    "  str x1, [x30, #256]\n" /* scratch: pc of the copied state */
    "  ldr x1, [x30, #8]\n"
    "  ldr x30, [x30, #256]\n"
    "  br x30\n"

    ".globl leave_case\n" /* tpidr_el0 = the case's x30 */
    "leave_case:\n"
    ADDR("x30", "result")
    "  stp x0, x1, [x30]\n"
    PAIRS("stp")
    VPAIRS("stp")
    "  mrs x1, nzcv\n"
    "  str w1, [x30, #264]\n"
    "  mrs x1, fpcr\n"
    "  str w1, [x30, #268]\n"
    "  mrs x1, fpsr\n"
    "  str w1, [x30, #272]\n"
    "  mrs x1, tpidr_el0\n"
    "  str x1, [x30, #240]\n"
    "  mov x1, sp\n"
    "  str x1, [x30, #248]\n"
    "  str xzr, [x30, #256]\n"
    "  str wzr, [x30, #276]\n"
    ".globl resume_harness\n"
    "resume_harness:\n"
    "  msr fpcr, xzr\n"
    ADDR("x0", "harness_regs")
    "  ldr x1, [x0, #160]\n"
    "  mov sp, x1\n"
    HARNESS_REGS("ldp")
    "  ret\n");

/* The kernel's arm64 signal frame, as far as it is needed here. */
struct ucontext {
  uint64_t flags, link, ss_sp;
  uint32_t ss_flags, ss_pad;
  uint64_t ss_size;
  uint8_t sigmask[128];
  uint8_t pad[8]; /* mcontext is 16-byte aligned */
  uint64_t fault_address, regs[31], sp, pc, pstate;
  uint8_t reserved[4096] __attribute__((aligned(16)));
};
struct fpsimd_context {
  uint32_t magic, size, fpsr, fpcr;
  uint64_t v[32][2];
};
enum { FPSIMD_MAGIC = 0x46508001 };

static void handler(int sig, void *info, struct ucontext *uc) {
  (void)info;
  if (uc->pc < INSN_CODE_BASE || uc->pc >= INSN_CODE_BASE + 0x10000000)
    die("insn-guest: fault outside of the cases\n");
  copy(result.x, uc->regs, sizeof uc->regs);
  result.x[31] = uc->sp;
  result.pc = uc->pc;
  result.nzcv = uc->pstate & 0xf0000000;
  result.signal = sig;
  for (uint8_t *p = uc->reserved;;) {
    struct fpsimd_context *c = (struct fpsimd_context *)p;
    if (!c->magic)
      break;
    if (c->magic == FPSIMD_MAGIC) {
      result.fpsr = c->fpsr;
      result.fpcr = c->fpcr;
      copy(result.v, c->v, sizeof c->v);
      break;
    }
    p += c->size;
  }
  uc->pc = (uint64_t)resume_harness;
}

static uint8_t altstack[65536] __attribute__((aligned(16)));

static void catch_signals(void) {
  struct { void *sp; int flags; uint64_t size; } ss = {altstack, 0, sizeof altstack};
  sys(SYS_sigaltstack, (long)&ss, 0, 0, 0, 0, 0);
  struct { void *handler; uint64_t flags; void *restorer; uint64_t mask; } sa = {
      handler, 4 /* SIGINFO */ | 0x08000000 /* ONSTACK */ | 0x40000000 /* NODEFER */, 0, 0};
  static const int sigs[] = {4, 5, 7, 8, 11};
  for (unsigned i = 0; i != sizeof sigs / sizeof *sigs; ++i)
    if (sys(SYS_rt_sigaction, sigs[i], (long)&sa, 0, 8, 0, 0) < 0)
      die("insn-guest: rt_sigaction failed\n");
}

static void *map_file(const char *path, uint64_t at, long *size) {
  long fd = sys(SYS_openat, -100, (long)path, 0, 0, 0, 0);
  if (fd < 0)
    die("insn-guest: cannot open input\n");
  *size = sys(SYS_lseek, fd, 0, 2, 0, 0, 0);
  long p = sys(SYS_mmap, at, *size, PROT_R | PROT_W | (at ? PROT_X : 0),
               MAP_PRIVATE | (at ? MAP_FIXED : 0), fd, 0);
  if (p < 0 && p > -4096)
    die("insn-guest: cannot map input\n");
  return (void *)p;
}

void guest_main(long *sp) {
  if (sp[0] != 3)
    die("usage: insn-guest CODE STATES > RESULTS\n");
  long code_size, state_size;
  char *code = map_file((const char *)sp[2], INSN_CODE_BASE, &code_size);
  struct insn_state *states = map_file((const char *)sp[3], 0, &state_size);
  *(uint64_t *)(code + INSN_EXIT_SLOT) = (uint64_t)leave_case;
  sys(SYS_mmap, INSN_MEM_BASE, INSN_MEM_SIZE, PROT_R | PROT_W,
      MAP_PRIVATE | MAP_FIXED | MAP_ANON, -1, 0);
  catch_signals();
  long n = state_size / sizeof(struct insn_state);
  for (long i = 0; i != n; ++i) {
    copy((void *)INSN_MEM_BASE, states[i].mem, INSN_MEM_SIZE);
    asm volatile("clrex" ::: "memory");
    enter_case(&states[i], states[i].pc - 4);
    copy(result.mem, (void *)INSN_MEM_BASE, INSN_MEM_SIZE);
    for (uint64_t done = 0; done != sizeof result;) {
      long w = sys(SYS_write, 1, (long)&result + done, sizeof result - done, 0, 0, 0);
      if (w <= 0)
        die("insn-guest: write failed\n");
      done += w;
    }
  }
  sys(SYS_exit_group, 0, 0, 0, 0, 0, 0);
}

asm(".text\n.globl _start\n_start:\n  mov x0, sp\n  b guest_main\n");

/* GCC may call this for aggregate copies. */
void *memcpy(void *to, const void *from, unsigned long n) {
  volatile char *t = to;
  const char *f = from;
  while (n--)
    *t++ = *f++;
  return to;
}
