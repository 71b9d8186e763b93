//===- switch.c - interpreter of a small byte code, by switch ---===//
#include "bench.h"

enum { Push, Add, Sub, Mul, Dup, Swap, Load, Store, Jnz, Xor, Shr, Halt };

static uint64_t execute(const unsigned char *Code, uint64_t Arg) {
  uint64_t Stack[16], Var[4] = {Arg, 1, 0, 0}, *Sp = Stack, T;
  for (const unsigned char *Pc = Code;;) {
    switch (*Pc++) {
    case Push:
      *Sp++ = *Pc++;
      break;
    case Add:
      --Sp;
      Sp[-1] += Sp[0];
      break;
    case Sub:
      --Sp;
      Sp[-1] -= Sp[0];
      break;
    case Mul:
      --Sp;
      Sp[-1] *= Sp[0];
      break;
    case Dup:
      Sp[0] = Sp[-1];
      ++Sp;
      break;
    case Swap:
      T = Sp[-1];
      Sp[-1] = Sp[-2];
      Sp[-2] = T;
      break;
    case Load:
      *Sp++ = Var[*Pc++ & 3];
      break;
    case Store:
      Var[*Pc++ & 3] = *--Sp;
      break;
    case Jnz:
      if (*--Sp)
        Pc = Code + *Pc;
      else
        ++Pc;
      break;
    case Xor:
      --Sp;
      Sp[-1] ^= Sp[0];
      break;
    case Shr:
      --Sp;
      Sp[-1] >>= Sp[0] & 63;
      break;
    case Halt:
      return Var[1];
    default:
      abort();
    }
  }
}

static uint64_t kernel(long N) {
  // do { v1 = (v1 * 31 + v0) ^ (v1 >> 7); v0 -= 1 } while (v0)
  static const unsigned char Code[] = {
      Load,  1, Push, 31, Mul,  Load, 0,   Add, Load,  1, Push, 7, Shr, Xor,
      Store, 1, Load, 0,  Push, 1,    Sub, Dup, Store, 0, Jnz,  0, Halt};
  uint64_t Sum = 0;
  for (long I = 0; I < N; ++I)
    Sum = Sum * 3 + execute(Code, 1000);
  return Sum;
}

BENCH_MAIN(9000)
