//===- CpuModel.h - The CPU that guests see ---------------------*- C++ -*-===//
//
// AT_HWCAP, AT_HWCAP2, the ID registers that Linux lets EL0 read and
// /proc/cpuinfo. All of them derive from one table of features, so that they
// cannot disagree.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_GUEST_CPUMODEL_H
#define XLATE_GUEST_CPUMODEL_H

#include <cstdint>
#include <optional>
#include <string>

namespace xlate::cpu {

/// Neoverse N1 r3p1: what run-time selectors of libraries key their choice on.
constexpr uint32_t Midr = 0x413fd0c1;

/// CTR_EL0: 64-byte lines in both caches, PIPT, IDC = 1, DIC = 0. Guests must
/// keep issuing IC IVAU after they write code.
constexpr uint64_t Ctr = 0x9444c004;

/// DCZID_EL0: DC ZVA is permitted and zeroes 64 bytes.
constexpr uint32_t Dczid = 4;

/// CNTFRQ_EL0: the counter counts nanoseconds.
constexpr uint64_t CounterHz = 1000000000;

/// AT_HWCAP.
uint64_t hwcap();

/// AT_HWCAP2.
uint64_t hwcap2();

/// Value of the ID register (Op0, Op1, CRn, CRm, Op2) as Linux presents it to
/// EL0; nothing if reading that register is UNDEFINED there.
std::optional<uint64_t> idRegister(unsigned Op0, unsigned Op1, unsigned CRn,
                                   unsigned CRm, unsigned Op2);

/// Contents of /proc/cpuinfo for NumCpus processors.
std::string cpuinfo(unsigned NumCpus);

} // namespace xlate::cpu

#endif // XLATE_GUEST_CPUMODEL_H
