//===- Features.cpp - Host CPU features -----------------------------------===//

#include "xlate/Baseline/Baseline.h"
#include "xlate/Support/HostCpu.h"

using namespace xlate::baseline;

Features Features::detect() {
  Features F;
  F.Avx = CPU_FEATURE_ACTIVE(AVX) && CPU_FEATURE_ACTIVE(SSE4_2);
  F.Avx2 = F.Avx && CPU_FEATURE_ACTIVE(AVX2);
  F.Bmi1 = CPU_FEATURE_ACTIVE(BMI1);
  F.Bmi2 = CPU_FEATURE_ACTIVE(BMI2);
  F.Lzcnt = CPU_FEATURE_ACTIVE(LZCNT) && CPU_FEATURE_ACTIVE(POPCNT);
  F.Fma = F.Avx && CPU_FEATURE_ACTIVE(FMA);
  F.F16c = F.Avx && CPU_FEATURE_ACTIVE(F16C);
  F.Aes = F.Avx && CPU_FEATURE_ACTIVE(AES);
  F.Pclmul = F.Avx && CPU_FEATURE_ACTIVE(PCLMULQDQ);
  F.Sha = F.Avx && CPU_FEATURE_ACTIVE(SHA);
  F.Gfni = F.Avx && CPU_FEATURE_ACTIVE(GFNI);
  F.Avx512 = F.Avx2 && CPU_FEATURE_ACTIVE(AVX512F) &&
             CPU_FEATURE_ACTIVE(AVX512VL) && CPU_FEATURE_ACTIVE(AVX512BW) &&
             CPU_FEATURE_ACTIVE(AVX512DQ);
  return F;
}
