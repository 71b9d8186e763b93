//===- Bpf.h - Classic BPF programs of seccomp ------------------*- C++ -*-===//
//
// The dialect that the kernel takes for seccomp: loads are of whole words of a
// struct seccomp_data in the order of the host, there are no packets and no
// remainders.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_LIB_SYSCALL_BPF_H
#define XLATE_LIB_SYSCALL_BPF_H

#include <cstdint>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <vector>

namespace xlate::sys {

using BpfProgram = std::vector<sock_filter>;

/// Would the kernel take P: each instruction is of the dialect, no jump leaves
/// the program, no word of scratch memory is read before it is written, and the
/// last instruction returns? runBpf() relies on it.
bool checkBpf(const BpfProgram &P);

/// What P, which checkBpf() has accepted, returns for Data.
uint32_t runBpf(const BpfProgram &P, const seccomp_data &Data);

} // namespace xlate::sys

#endif // XLATE_LIB_SYSCALL_BPF_H
