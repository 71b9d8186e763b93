//===- Compare.cpp - Expected against actual final states -----------------===//

#include "Case.h"
#include <cinttypes>
#include <cstdio>
#include <cstring>

using namespace xlate::insn;

namespace {

/// FPSR bits that exist: QC, IDC, IXC, UFC, OFC, DZC, IOC.
constexpr uint32_t FpsrMask = 0x0800009f;

std::string hex(uint64_t V) {
  char Buf[32];
  std::snprintf(Buf, sizeof Buf, "%" PRIx64, V);
  return Buf;
}

std::string vecText(const uint64_t V[2]) {
  char Buf[48];
  if (V[1])
    std::snprintf(Buf, sizeof Buf, "%" PRIx64 "_%016" PRIx64, V[1], V[0]);
  else
    std::snprintf(Buf, sizeof Buf, "%" PRIx64, V[0]);
  return Buf;
}

/// Addresses in the data page and in the case's code are written relative.
std::string value(const Case &C, uint64_t V) {
  auto Relative = [&](const char *Base, int64_t D) {
    if (D == 0)
      return std::string(Base);
    return std::string(Base) + (D < 0 ? "-" : "+") +
           hex(static_cast<uint64_t>(D < 0 ? -D : D));
  };
  if (V - INSN_MEM_BASE + 0x10000 <= 0x20000 + INSN_MEM_SIZE)
    return Relative("m", static_cast<int64_t>(V - INSN_MEM_M));
  if (V - C.Pc + 0x100 <= 0x200)
    return Relative("code", static_cast<int64_t>(V - C.Pc));
  return hex(V);
}

std::string flagsText(uint32_t Nzcv) {
  std::string S = "nzcv";
  for (unsigned I = 0; I != 4; ++I)
    if (Nzcv >> (31 - I) & 1)
      S[I] = static_cast<char>(S[I] - 32);
  return S;
}

const char *signalText(uint32_t S) {
  switch (S) {
  case 4:
    return "!ill";
  case 5:
    return "!trap";
  case 7:
    return "!bus";
  case 11:
    return "!segv";
  default:
    return "!signal";
  }
}

/// Calls Report(name, text in A, text in B) for each difference.
template <typename Fn>
void forEachDifference(const Case &C, const State &A, const State &B,
                       Fn Report) {
  if (A.signal != B.signal)
    Report("", A.signal ? signalText(A.signal) : "no signal",
           B.signal ? signalText(B.signal) : "no signal");
  for (unsigned I = 0; I != 32; ++I)
    if (A.x[I] != B.x[I] && !C.Any.AnyX[I])
      Report(I == 31 ? "sp" : "x" + std::to_string(I), value(C, A.x[I]),
             value(C, B.x[I]));
  if (A.nzcv != B.nzcv && !C.Any.AnyNzcv)
    Report("nzcv", flagsText(A.nzcv), flagsText(B.nzcv));
  if (A.fpcr != B.fpcr)
    Report("fpcr", hex(A.fpcr), hex(B.fpcr));
  if ((A.fpsr & FpsrMask) != (B.fpsr & FpsrMask) && !C.Any.AnyFpsr)
    Report("fpsr", hex(A.fpsr & FpsrMask), hex(B.fpsr & FpsrMask));
  for (unsigned I = 0; I != 32; ++I)
    if (std::memcmp(A.v[I], B.v[I], 16) != 0 && !C.Any.AnyV[I])
      Report("v" + std::to_string(I), vecText(A.v[I]), vecText(B.v[I]));
  for (unsigned I = 0; I != INSN_MEM_SIZE;) {
    if (A.mem[I] == B.mem[I]) {
      ++I;
      continue;
    }
    // A run ends at 16 bytes or where 4 bytes agree.
    unsigned Last = I;
    for (unsigned J = I; J != INSN_MEM_SIZE && J < I + 16 && J - Last < 4; ++J)
      if (A.mem[J] != B.mem[J])
        Last = J;
    auto Text = [&](const State &S) {
      std::string T;
      char Buf[3];
      for (unsigned J = Last + 1; J-- != I;) {
        std::snprintf(Buf, sizeof Buf, "%02x", S.mem[J]);
        T += Buf;
      }
      return T;
    };
    Report("[" + value(C, INSN_MEM_BASE + I) + "]", Text(A), Text(B));
    I = Last + 1;
  }
}

} // namespace

std::string xlate::insn::describe(const Case &C, const State &Final) {
  std::string Out;
  forEachDifference(
      C, C.In, Final,
      [&](const std::string &Name, const std::string &, const std::string &B) {
        if (!Out.empty())
          Out += ' ';
        Out += Name.empty() ? B : Name + "=" + B;
      });
  return Out;
}

std::string xlate::insn::compare(const Case &C, const State &Actual) {
  std::string Out;
  forEachDifference(
      C, C.Out, Actual,
      [&](const std::string &Name, const std::string &A, const std::string &B) {
        Out += "  " + (Name.empty() ? "signal" : Name) + " is " + B +
               ", expected " + A + "\n";
      });
  return Out;
}
