//===- StraceNames.h - Names of flags and codes -----------------*- C++ -*-===//
#ifndef XLATE_LIB_SYSCALL_STRACENAMES_H
#define XLATE_LIB_SYSCALL_STRACENAMES_H

#include <csignal>
#include <cstdint>
#include <ctime>
#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace xlate::sys {

struct Name {
  uint64_t Value;
  const char *Text;
};

#define N(X) {static_cast<uint64_t>(X), #X}

// O_* as arm64 numbers them; the access mode apart.
constexpr Name OpenFlags[] = {{040000, "O_DIRECTORY"},
                              {0100000, "O_NOFOLLOW"},
                              {0200000, "O_DIRECT"},
                              {0400000, "O_LARGEFILE"},
                              N(O_CREAT),
                              N(O_EXCL),
                              N(O_NOCTTY),
                              N(O_TRUNC),
                              N(O_APPEND),
                              N(O_NONBLOCK),
                              {04010000, "O_SYNC"},
                              N(O_DSYNC),
                              {020000, "O_ASYNC"},
                              {01000000, "O_NOATIME"},
                              N(O_CLOEXEC),
                              {010000000, "O_PATH"},
                              {020000000, "O_TMPFILE"}};
constexpr Name AtFlagNames[] = {{AT_SYMLINK_NOFOLLOW, "AT_SYMLINK_NOFOLLOW"},
                                {AT_REMOVEDIR, "AT_REMOVEDIR"},
                                {AT_SYMLINK_FOLLOW, "AT_SYMLINK_FOLLOW"},
                                {0x800, "AT_NO_AUTOMOUNT"},
                                {0x1000, "AT_EMPTY_PATH"},
                                {0x2000, "AT_STATX_FORCE_SYNC"},
                                {0x4000, "AT_STATX_DONT_SYNC"},
                                {0x8000, "AT_RECURSIVE"}};
constexpr Name ProtNames[] = {
    N(PROT_READ),       N(PROT_WRITE),     N(PROT_EXEC),   {0x10, "PROT_BTI"},
    {0x20, "PROT_MTE"}, N(PROT_GROWSDOWN), N(PROT_GROWSUP)};
constexpr Name MapNames[] = {
    N(MAP_FIXED),     N(MAP_ANONYMOUS),      N(MAP_GROWSDOWN),
    N(MAP_DENYWRITE), N(MAP_LOCKED),         N(MAP_NORESERVE),
    N(MAP_POPULATE),  N(MAP_NONBLOCK),       N(MAP_STACK),
    N(MAP_HUGETLB),   {0x80000, "MAP_SYNC"}, {0x100000, "MAP_FIXED_NOREPLACE"}};
constexpr Name CloneNames[] = {N(CLONE_VM),
                               N(CLONE_FS),
                               N(CLONE_FILES),
                               N(CLONE_SIGHAND),
                               N(CLONE_PIDFD),
                               N(CLONE_PTRACE),
                               N(CLONE_VFORK),
                               N(CLONE_PARENT),
                               N(CLONE_THREAD),
                               N(CLONE_NEWNS),
                               N(CLONE_SYSVSEM),
                               N(CLONE_SETTLS),
                               N(CLONE_PARENT_SETTID),
                               N(CLONE_CHILD_CLEARTID),
                               N(CLONE_UNTRACED),
                               N(CLONE_CHILD_SETTID),
                               N(CLONE_NEWCGROUP),
                               N(CLONE_NEWUTS),
                               N(CLONE_NEWIPC),
                               N(CLONE_NEWUSER),
                               N(CLONE_NEWPID),
                               N(CLONE_NEWNET),
                               N(CLONE_IO)};
constexpr Name WaitNames[] = {N(WNOHANG),
                              N(WUNTRACED),
                              N(WEXITED),
                              N(WCONTINUED),
                              N(WNOWAIT),
                              {0x20000000, "__WNOTHREAD"},
                              {0x40000000, "__WALL"},
                              {0x80000000, "__WCLONE"}};
constexpr Name MsgNames[] = {
    N(MSG_OOB),         N(MSG_PEEK),     N(MSG_DONTROUTE), N(MSG_CTRUNC),
    N(MSG_TRUNC),       N(MSG_DONTWAIT), N(MSG_EOR),       N(MSG_WAITALL),
    N(MSG_CONFIRM),     N(MSG_ERRQUEUE), N(MSG_NOSIGNAL),  N(MSG_MORE),
    N(MSG_CMSG_CLOEXEC)};
constexpr Name SaNames[] = {
    {SA_NOCLDSTOP, "SA_NOCLDSTOP"}, {SA_NOCLDWAIT, "SA_NOCLDWAIT"},
    {SA_SIGINFO, "SA_SIGINFO"},     {0x04000000, "SA_RESTORER"},
    {SA_ONSTACK, "SA_ONSTACK"},     {SA_RESTART, "SA_RESTART"},
    {SA_NODEFER, "SA_NODEFER"},     {SA_RESETHAND, "SA_RESETHAND"}};
constexpr Name AccessNames[] = {N(R_OK), N(W_OK), N(X_OK)};
constexpr Name SockFlagNames[] = {N(SOCK_NONBLOCK), N(SOCK_CLOEXEC)};

constexpr Name Whences[] = {
    N(SEEK_SET), N(SEEK_CUR), N(SEEK_END), {3, "SEEK_DATA"}, {4, "SEEK_HOLE"}};
constexpr Name Advices[] = {
    N(MADV_NORMAL),     N(MADV_RANDOM),      N(MADV_SEQUENTIAL),
    N(MADV_WILLNEED),   N(MADV_DONTNEED),    N(MADV_FREE),
    N(MADV_REMOVE),     N(MADV_DONTFORK),    N(MADV_DOFORK),
    N(MADV_MERGEABLE),  N(MADV_UNMERGEABLE), N(MADV_HUGEPAGE),
    N(MADV_NOHUGEPAGE), N(MADV_DONTDUMP),    N(MADV_DODUMP),
    N(MADV_WIPEONFORK), N(MADV_KEEPONFORK)};
constexpr Name Clocks[] = {N(CLOCK_REALTIME),
                           N(CLOCK_MONOTONIC),
                           N(CLOCK_PROCESS_CPUTIME_ID),
                           N(CLOCK_THREAD_CPUTIME_ID),
                           N(CLOCK_MONOTONIC_RAW),
                           N(CLOCK_REALTIME_COARSE),
                           N(CLOCK_MONOTONIC_COARSE),
                           N(CLOCK_BOOTTIME),
                           N(CLOCK_REALTIME_ALARM),
                           N(CLOCK_BOOTTIME_ALARM),
                           N(CLOCK_TAI)};
constexpr Name SigHows[] = {N(SIG_BLOCK), N(SIG_UNBLOCK), N(SIG_SETMASK)};
constexpr Name Families[] = {
    N(AF_UNSPEC), N(AF_UNIX),  N(AF_INET), N(AF_INET6),     N(AF_NETLINK),
    N(AF_PACKET), N(AF_VSOCK), N(AF_ALG),  N(AF_BLUETOOTH), N(AF_CAN)};
constexpr Name SockTypes[] = {N(SOCK_STREAM), N(SOCK_DGRAM), N(SOCK_RAW),
                              N(SOCK_RDM), N(SOCK_SEQPACKET)};
constexpr Name EpollOps[] = {N(EPOLL_CTL_ADD), N(EPOLL_CTL_DEL),
                             N(EPOLL_CTL_MOD)};
constexpr Name FcntlCmds[] = {N(F_DUPFD),
                              N(F_GETFD),
                              N(F_SETFD),
                              N(F_GETFL),
                              N(F_SETFL),
                              N(F_GETLK),
                              N(F_SETLK),
                              N(F_SETLKW),
                              N(F_SETOWN),
                              N(F_GETOWN),
                              {10, "F_SETSIG"},
                              {11, "F_GETSIG"},
                              {15, "F_SETOWN_EX"},
                              {16, "F_GETOWN_EX"},
                              {36, "F_OFD_GETLK"},
                              {37, "F_OFD_SETLK"},
                              {38, "F_OFD_SETLKW"},
                              {1024, "F_SETLEASE"},
                              {1025, "F_GETLEASE"},
                              {1026, "F_NOTIFY"},
                              N(F_DUPFD_CLOEXEC),
                              {1031, "F_SETPIPE_SZ"},
                              {1032, "F_GETPIPE_SZ"},
                              {1033, "F_ADD_SEALS"},
                              {1034, "F_GET_SEALS"}};
constexpr Name FutexOps[] = {N(FUTEX_WAIT),
                             N(FUTEX_WAKE),
                             N(FUTEX_REQUEUE),
                             N(FUTEX_CMP_REQUEUE),
                             N(FUTEX_WAKE_OP),
                             N(FUTEX_LOCK_PI),
                             N(FUTEX_UNLOCK_PI),
                             N(FUTEX_TRYLOCK_PI),
                             N(FUTEX_WAIT_BITSET),
                             N(FUTEX_WAKE_BITSET),
                             N(FUTEX_WAIT_REQUEUE_PI),
                             N(FUTEX_CMP_REQUEUE_PI),
                             N(FUTEX_LOCK_PI2)};
constexpr Name Rlimits[] = {
    N(RLIMIT_CPU),      N(RLIMIT_FSIZE), N(RLIMIT_DATA),   N(RLIMIT_STACK),
    N(RLIMIT_CORE),     N(RLIMIT_RSS),   N(RLIMIT_NPROC),  N(RLIMIT_NOFILE),
    N(RLIMIT_MEMLOCK),  N(RLIMIT_AS),    N(RLIMIT_LOCKS),  N(RLIMIT_SIGPENDING),
    N(RLIMIT_MSGQUEUE), N(RLIMIT_NICE),  N(RLIMIT_RTPRIO), N(RLIMIT_RTTIME)};
constexpr Name Prctls[] = {N(PR_SET_PDEATHSIG),
                           N(PR_GET_PDEATHSIG),
                           N(PR_GET_DUMPABLE),
                           N(PR_SET_DUMPABLE),
                           N(PR_GET_KEEPCAPS),
                           N(PR_SET_KEEPCAPS),
                           N(PR_SET_NAME),
                           N(PR_GET_NAME),
                           N(PR_GET_SECCOMP),
                           N(PR_SET_SECCOMP),
                           N(PR_CAPBSET_READ),
                           N(PR_CAPBSET_DROP),
                           N(PR_SET_SECUREBITS),
                           N(PR_GET_SECUREBITS),
                           N(PR_SET_TIMERSLACK),
                           N(PR_GET_TIMERSLACK),
                           N(PR_SET_MM),
                           N(PR_SET_CHILD_SUBREAPER),
                           N(PR_GET_CHILD_SUBREAPER),
                           N(PR_SET_NO_NEW_PRIVS),
                           N(PR_GET_NO_NEW_PRIVS),
                           N(PR_SET_THP_DISABLE),
                           N(PR_GET_THP_DISABLE),
                           N(PR_CAP_AMBIENT),
                           {50, "PR_SVE_SET_VL"},
                           {51, "PR_SVE_GET_VL"},
                           {54, "PR_PAC_RESET_KEYS"},
                           {55, "PR_SET_TAGGED_ADDR_CTRL"},
                           {56, "PR_GET_TAGGED_ADDR_CTRL"},
                           {65, "PR_SET_MDWE"},
                           {66, "PR_GET_MDWE"},
                           {0x53564d41, "PR_SET_VMA"},
                           {0x59616d61, "PR_SET_PTRACER"}};

#undef N

} // namespace xlate::sys

#endif // XLATE_LIB_SYSCALL_STRACENAMES_H
