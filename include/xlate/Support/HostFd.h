//===- HostFd.h - The translator's own file descriptors ---------*- C++ -*-===//
//
// Descriptors that live as long as the process and belong to the translator
// are kept out of the guest's way: near the end of the descriptor table, where
// guests seldom look, closed on exec, and known to the system call layer,
// which hides them.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_SUPPORT_HOSTFD_H
#define XLATE_SUPPORT_HOSTFD_H

namespace xlate {

/// Take over Fd: move it to a high number and register it. The result is the
/// new number (Fd itself when there is no room above).
int hideFd(int Fd);

/// Does Fd belong to the translator? Async-signal-safe, no lock.
bool isHiddenFd(int Fd);

/// Close a descriptor that hideFd returned.
void closeHiddenFd(int Fd);

} // namespace xlate

#endif // XLATE_SUPPORT_HOSTFD_H
