//===- Features.cpp - Host CPU features -----------------------------------===//

#include "xlate/Baseline/Baseline.h"
#define XBYAK_NO_EXCEPTION
#include <xbyak/xbyak_util.h>

using namespace xlate::baseline;

Features Features::detect() {
  using Cpu = Xbyak::util::Cpu;
  const Cpu C;
  Features F;
  F.Avx = C.has(Cpu::tAVX) && C.has(Cpu::tSSE42);
  F.Avx2 = F.Avx && C.has(Cpu::tAVX2);
  F.Bmi1 = C.has(Cpu::tBMI1);
  F.Bmi2 = C.has(Cpu::tBMI2);
  F.Lzcnt = C.has(Cpu::tLZCNT) && C.has(Cpu::tPOPCNT);
  F.Fma = F.Avx && C.has(Cpu::tFMA);
  F.F16c = F.Avx && C.has(Cpu::tF16C);
  F.Aes = F.Avx && C.has(Cpu::tAESNI);
  F.Pclmul = F.Avx && C.has(Cpu::tPCLMULQDQ);
  F.Sha = F.Avx && C.has(Cpu::tSHA);
  F.Gfni = F.Avx && C.has(Cpu::tGFNI);
  F.Avx512 = F.Avx2 && C.has(Cpu::tAVX512F) && C.has(Cpu::tAVX512VL) &&
             C.has(Cpu::tAVX512BW) && C.has(Cpu::tAVX512DQ);
  return F;
}
