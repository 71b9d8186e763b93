//===- StraceArgs.cpp - Arguments and results as text ---------------------===//
#include "Abi.h"
#include "Strace.h"
#include "StraceNames.h"
#include <arpa/inet.h>
#include <cinttypes>
#include <climits>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace xlate::sys {

namespace {

std::string hex(uint64_t V) {
  char Buf[24];
  std::snprintf(Buf, sizeof Buf, V ? "0x%" PRIx64 : "%" PRIx64, V);
  return Buf;
}

std::string octal(uint64_t V) {
  char Buf[32];
  std::snprintf(Buf, sizeof Buf, "%#o", static_cast<unsigned>(V));
  return Buf;
}

std::string dec(int64_t V) { return std::to_string(V); }
int toInt(uint64_t V) { return static_cast<int>(V); }

std::string pointer(uint64_t V) { return V ? hex(V) : "NULL"; }

template <size_t Size>
std::string named(const Name (&Names)[Size], uint64_t V) {
  for (const Name &N : Names)
    if (N.Value == V)
      return N.Text;
  return hex(V);
}

/// Names joined by |, what remains in hex. First: text to start with.
template <size_t Size>
std::string flags(const Name (&Names)[Size], uint64_t V, std::string Out = {}) {
  auto Add = [&](const std::string &S) { Out += (Out.empty() ? "" : "|") + S; };
  for (const Name &N : Names)
    if ((V & N.Value) == N.Value) {
      Add(N.Text);
      V &= ~N.Value;
    }
  if (V || Out.empty())
    Add(hex(V));
  return Out;
}

std::string openFlags(uint64_t V) {
  static const char *const Modes[] = {"O_RDONLY", "O_WRONLY", "O_RDWR",
                                      "O_ACCMODE"};
  const uint64_t Rest = V & 0xfffffffcu;
  return Rest ? flags(OpenFlags, Rest, Modes[V & 3]) : Modes[V & 3];
}

std::string mapFlags(uint64_t V) {
  static const char *const Types[] = {"MAP_FILE", "MAP_SHARED", "MAP_PRIVATE",
                                      "MAP_SHARED_VALIDATE"};
  const uint64_t Rest = V & 0xfffffffcu;
  return Rest ? flags(MapNames, Rest, Types[V & 3]) : Types[V & 3];
}

std::string signalName(int Sig) {
  if (const char *Name = sigabbrev_np(Sig))
    return std::string("SIG") + Name;
  if (Sig >= 32 && Sig <= 64)
    return "SIGRT_" + dec(Sig - 32);
  return dec(Sig);
}

std::string cloneFlags(uint64_t V) {
  V &= 0xffffffffu;
  const int Sig = V & 0xff;
  std::string Out = V & ~uint64_t(0xff) ? flags(CloneNames, V & ~uint64_t(0xff))
                                        : std::string();
  if (Sig)
    Out += (Out.empty() ? "" : "|") + signalName(Sig);
  return Out.empty() ? "0" : Out;
}

//--- What pointers point to ---------------------------------------------------

constexpr size_t MaxText = 64;

std::string quoted(const std::string &S, bool Cut) {
  std::string Out = "\"";
  for (size_t I = 0; I != S.size(); ++I) {
    const unsigned char C = S[I];
    const bool Digit = I + 1 < S.size() && S[I + 1] >= '0' && S[I + 1] <= '9';
    char Buf[8];
    switch (C) {
    case '\n':
      Out += "\\n";
      break;
    case '\t':
      Out += "\\t";
      break;
    case '\r':
      Out += "\\r";
      break;
    case '"':
      Out += "\\\"";
      break;
    case '\\':
      Out += "\\\\";
      break;
    default:
      if (C >= ' ' && C < 127) {
        Out += static_cast<char>(C);
      } else {
        std::snprintf(Buf, sizeof Buf, Digit ? "\\%03o" : "\\%o", C);
        Out += Buf;
      }
    }
  }
  Out += Cut ? "\"..." : "\"";
  return Out;
}

std::string stringAt(uint64_t Addr, size_t Max) {
  if (!Addr)
    return "NULL";
  std::string S;
  Result R = copyString(S, Addr, Max);
  return R == -EFAULT ? hex(Addr) : quoted(S, R != 0);
}

std::string bytesAt(uint64_t Addr, uint64_t Size) {
  if (!Addr)
    return "NULL";
  std::string S(std::min<uint64_t>(Size, MaxText), 0);
  return safeCopy(S.data(), toPtr(Addr), S.size()) ? quoted(S, S.size() != Size)
                                                   : hex(Addr);
}

std::string vectorAt(uint64_t Addr) {
  if (!Addr)
    return "NULL";
  std::string Out = "[";
  for (unsigned I = 0;; ++I) {
    uint64_t At;
    if (!copyFrom(At, Addr + I * 8))
      return hex(Addr);
    if (!At)
      return Out + ']';
    Out += I ? ", " : "";
    if (I == 32)
      return Out + "...]";
    Out += stringAt(At, MaxText);
  }
}

std::string setAt(uint64_t Addr) {
  uint64_t Set;
  if (!Addr || !copyFrom(Set, Addr))
    return pointer(Addr);
  // Nearly full sets read better by what they leave out.
  const bool Invert = __builtin_popcountll(Set) > 32;
  if (Invert)
    Set = ~Set;
  std::string Out = Invert ? "~[" : "[";
  for (int Sig = 1; Sig <= 64; ++Sig)
    if (Set >> (Sig - 1) & 1) {
      std::string Name = signalName(Sig);
      Out += (Out.back() == '[' ? "" : " ") + Name.substr(3);
    }
  return Out + ']';
}

std::string actionAt(uint64_t Addr) {
  struct {
    uint64_t Handler, Flags, Restorer, Mask;
  } A;
  if (!Addr || !copyFrom(A, Addr))
    return pointer(Addr);
  std::string Handler = A.Handler == 0   ? "SIG_DFL"
                        : A.Handler == 1 ? "SIG_IGN"
                                         : hex(A.Handler);
  return "{sa_handler=" + Handler + ", sa_mask=" + setAt(Addr + 24) +
         ", sa_flags=" + flags(SaNames, A.Flags) + '}';
}

std::string timeAt(uint64_t Addr) {
  timespec T;
  if (!Addr || !copyFrom(T, Addr))
    return pointer(Addr);
  return "{tv_sec=" + dec(T.tv_sec) + ", tv_nsec=" + dec(T.tv_nsec) + '}';
}

std::string statAt(uint64_t Addr) {
  Arm64Stat S;
  if (!Addr || !copyFrom(S, Addr))
    return pointer(Addr);
  static constexpr Name Types[] = {{S_IFREG, "S_IFREG"},  {S_IFDIR, "S_IFDIR"},
                                   {S_IFLNK, "S_IFLNK"},  {S_IFCHR, "S_IFCHR"},
                                   {S_IFBLK, "S_IFBLK"},  {S_IFIFO, "S_IFIFO"},
                                   {S_IFSOCK, "S_IFSOCK"}};
  return "{st_mode=" + named(Types, S.Mode & S_IFMT) + '|' +
         octal(S.Mode & 07777) + ", st_size=" + dec(S.Size) + ", ...}";
}

std::string sockaddrAt(uint64_t Addr, uint64_t Size) {
  union {
    sockaddr Any;
    sockaddr_in In;
    sockaddr_in6 In6;
    sockaddr_un Un;
    char Bytes[sizeof(sockaddr_un) + 1];
  } U = {};
  const size_t Have = std::min<uint64_t>(Size, sizeof(sockaddr_un));
  if (!Addr || Have < sizeof(sa_family_t) || !safeCopy(&U, toPtr(Addr), Have))
    return pointer(Addr);
  char Buf[INET6_ADDRSTRLEN];
  std::string Out = "{sa_family=" + named(Families, U.Any.sa_family);
  switch (U.Any.sa_family) {
  case AF_UNIX: {
    const char *Path = U.Un.sun_path;
    const size_t Max = Have - sizeof(sa_family_t);
    if (Max)
      Out += ", sun_path=" + (*Path ? quoted(Path, false)
                                    : '@' + quoted({Path + 1, Max - 1}, false));
    break;
  }
  case AF_INET:
    inet_ntop(AF_INET, &U.In.sin_addr, Buf, sizeof Buf);
    Out += ", sin_port=" + dec(ntohs(U.In.sin_port)) + ", sin_addr=" + Buf;
    break;
  case AF_INET6:
    inet_ntop(AF_INET6, &U.In6.sin6_addr, Buf, sizeof Buf);
    Out += ", sin6_port=" + dec(ntohs(U.In6.sin6_port)) + ", sin6_addr=" + Buf;
    break;
  default:
    break;
  }
  return Out + '}';
}

std::string pollFdsAt(uint64_t Addr, uint64_t Count) {
  if (!Addr)
    return "NULL";
  std::string Out = "[";
  for (uint64_t I = 0; I != std::min<uint64_t>(Count, 8); ++I) {
    pollfd P;
    if (!copyFrom(P, Addr + I * sizeof P))
      return hex(Addr);
    Out += (I ? ", " : "") + std::string("{fd=") + dec(P.fd) +
           ", events=" + hex(static_cast<uint16_t>(P.events)) + '}';
  }
  return Out + (Count > 8 ? ", ...]" : "]");
}

std::string futexOp(uint64_t V) {
  const uint64_t Op = V & FUTEX_CMD_MASK & 0xffffffffu;
  std::string Out = named(FutexOps, Op);
  if (V & FUTEX_PRIVATE_FLAG)
    Out += "_PRIVATE";
  if (V & FUTEX_CLOCK_REALTIME)
    Out += "|FUTEX_CLOCK_REALTIME";
  return Out;
}

/// One argument. Next: the one after it.
std::string format(ArgKind K, uint64_t V, uint64_t Next, Result R) {
  // What the kernel fills in is shown only when it has been.
  const bool Written = R >= 0;
  switch (K) {
  case ArgKind::None:
    return {};
  case ArgKind::Int:
  case ArgKind::Fd:
    return dec(toInt(V));
  case ArgKind::Long:
  case ArgKind::Off:
    return dec(static_cast<int64_t>(V));
  case ArgKind::Size:
    return std::to_string(V);
  case ArgKind::Hex:
    return hex(V);
  case ArgKind::Mode:
    return octal(V);
  case ArgKind::Access:
    return V ? flags(AccessNames, V & 0xffffffffu) : "F_OK";
  case ArgKind::Ptr:
    return pointer(V);
  case ArgKind::DirFd:
    return toInt(V) == AT_FDCWD ? "AT_FDCWD" : dec(toInt(V));
  case ArgKind::Path:
  case ArgKind::LPath:
  case ArgKind::CPath:
    return stringAt(V, PATH_MAX);
  case ArgKind::Str:
    return stringAt(V, MaxText);
  case ArgKind::StrVec:
    return vectorAt(V);
  case ArgKind::BufIn:
    return bytesAt(V, Next);
  case ArgKind::BufOut:
    return Written ? bytesAt(V, static_cast<uint64_t>(R)) : pointer(V);
  case ArgKind::OFlags:
    return openFlags(V);
  case ArgKind::AtFlags:
    return V ? flags(AtFlagNames, V & 0xffffffffu) : "0";
  case ArgKind::Prot:
    return V ? flags(ProtNames, V) : "PROT_NONE";
  case ArgKind::MapFlags:
    return mapFlags(V);
  case ArgKind::CloneFlags:
    return cloneFlags(V);
  case ArgKind::WaitFlags:
    return V ? flags(WaitNames, V & 0xffffffffu) : "0";
  case ArgKind::MsgFlags:
    return V ? flags(MsgNames, V & 0xffffffffu) : "0";
  case ArgKind::Whence:
    return named(Whences, V);
  case ArgKind::Advice:
    return named(Advices, V);
  case ArgKind::Clock:
    return named(Clocks, V & 0xffffffffu);
  case ArgKind::Sig:
    return signalName(toInt(V));
  case ArgKind::SigHow:
    return named(SigHows, V);
  case ArgKind::SigSet:
    return setAt(V);
  case ArgKind::SigAction:
    return actionAt(V);
  case ArgKind::Stat:
    return Written ? statAt(V) : pointer(V);
  case ArgKind::TimeSpec:
    return timeAt(V);
  case ArgKind::SockAddr:
    return sockaddrAt(V, Next);
  case ArgKind::PollFds:
    return pollFdsAt(V, Next & 0xffffffffu);
  case ArgKind::Family:
    return named(Families, V);
  case ArgKind::SockType: {
    // accept4 has the flags without a type.
    const uint64_t Type = V & 0xf, Rest = V & 0xfffffff0u;
    std::string Out = Type ? named(SockTypes, Type) : std::string();
    return Rest ? flags(SockFlagNames, Rest, Out) : Type ? Out : "0";
  }
  case ArgKind::EpollOp:
    return named(EpollOps, V);
  case ArgKind::FcntlCmd:
    return named(FcntlCmds, V);
  case ArgKind::FutexOp:
    return futexOp(V);
  case ArgKind::Ioctl:
    return hex(V & 0xffffffffu);
  case ArgKind::Rlimit:
    return named(Rlimits, V);
  case ArgKind::Prctl:
    return named(Prctls, V);
  }
  return hex(V);
}

bool returnsAddress(const Desc &D) {
  switch (D.Nr) {
  case 196: // shmat
  case 214: // brk
  case 216: // mremap
  case 222: // mmap
    return true;
  default:
    return false;
  }
}

} // namespace

std::string formatArgs(const Desc &D, const uint64_t *A, Result R) {
  std::string Out;
  bool UsesMode = true;
  for (unsigned I = 0; I != 6 && D.Args[I] != ArgKind::None; ++I) {
    // The mode of a file that isn't created is whatever the register held.
    if (D.Args[I] == ArgKind::OFlags)
      UsesMode = A[I] & (O_CREAT | 020000000);
    if (D.Args[I] == ArgKind::Mode && !UsesMode)
      break;
    Out += I ? "," : "";
    Out += format(D.Args[I], A[I], I < 5 ? A[I + 1] : 0, R);
  }
  return Out;
}

std::string formatResult(const Desc &D, Result R) {
  if (R == Restart)
    return " = ? (to be restarted)";
  if (R == NoResult)
    return " = ?";
  if (R < 0 && R >= -4095) {
    const char *Text = strerrordesc_np(static_cast<int>(-R));
    return " = -1 errno=" + dec(-R) + " (" + (Text ? Text : "Unknown error") +
           ')';
  }
  return " = " + (returnsAddress(D) ? hex(static_cast<uint64_t>(R)) : dec(R));
}

} // namespace xlate::sys
