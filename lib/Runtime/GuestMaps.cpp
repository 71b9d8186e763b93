//===- GuestMaps.cpp - The guest's view of /proc/self/maps ----------------===//
//
// The host's text, cut down to the guest's ranges, with the guest's
// permissions and labels. Host mappings that the guest would see as one (its
// code and read-only data differ only in a permission the host doesn't have)
// are split, and host mappings that write protection has split are joined.
//
//===----------------------------------------------------------------------===//
#include "InheritedLimits.h"
#include "xlate/Runtime/GuestMemory.h"
#include <algorithm>
#include <charconv>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <mutex>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

using namespace xlate::runtime;

namespace {

/// One line of /proc/self/maps with, in smaps, the lines that follow it.
struct Line {
  uint64_t Lo = 0, Hi = 0, Offset = 0, Inode = 0;
  char Perms[5] = {};
  std::string Dev, Name;
  std::vector<std::string> Details;

  bool continues(const Line &Prev) const {
    return Prev.Hi == Lo && !std::strcmp(Prev.Perms, Perms) &&
           Prev.Dev == Dev && Prev.Inode == Inode && Prev.Name == Name &&
           (Inode == 0 || Prev.Offset + (Prev.Hi - Prev.Lo) == Offset);
  }

  void print(std::string &Out) const {
    char Buf[160];
    int N = std::snprintf(Buf, sizeof Buf,
                          "%08" PRIx64 "-%08" PRIx64 " %s %08" PRIx64
                          " %s %" PRIu64 " ",
                          Lo, Hi, Perms, Offset, Dev.c_str(), Inode);
    Out.append(Buf, N);
    if (!Name.empty()) {
      if (N < 73)
        Out.append(73 - N, ' ');
      Out += Name;
    }
    Out += '\n';
    for (const std::string &D : Details)
      Out += D, Out += '\n';
  }
};

} // namespace

static std::string readFile(const char *Path) {
  std::string Text;
  int Fd = open(Path, O_RDONLY | O_CLOEXEC);
  if (Fd < 0)
    return Text;
  char Buf[8192];
  for (ssize_t N; (N = read(Fd, Buf, sizeof Buf)) > 0;)
    Text.append(Buf, N);
  close(Fd);
  return Text;
}

/// "LO-HI PERM OFFSET DEVICE INODE   NAME". Each start reads some, and sscanf()
/// would be a dozen pages of code that nothing else touches.
static bool parseLine(const std::string &Text, Line &L) {
  const char *P = Text.data(), *End = P + Text.size();
  auto Number = [&](uint64_t &To, int Base, char After) {
    const auto [Next, Bad] = std::from_chars(P, End, To, Base);
    if (Bad != std::errc() || Next == End || *Next != After)
      return false;
    P = Next + 1;
    return true;
  };
  if (!Number(L.Lo, 16, '-') || !Number(L.Hi, 16, ' ') || End - P < 5)
    return false;
  std::copy_n(P, 4, L.Perms);
  P += 5;
  if (!Number(L.Offset, 16, ' '))
    return false;
  const char *Dev = P;
  P = std::find(P, End, ' ');
  L.Dev.assign(Dev, P);
  if (P == End)
    return false;
  ++P;
  if (!Number(L.Inode, 10, ' '))
    return false;
  while (P != End && *P == ' ')
    ++P;
  L.Name.assign(P, End);
  return true;
}

static std::vector<Line> readMaps(bool Smaps) {
  std::string Text = readFile(Smaps ? "/proc/self/smaps" : "/proc/self/maps");
  std::vector<Line> Lines;
  for (size_t At = 0; At < Text.size();) {
    size_t End = std::min(Text.find('\n', At), Text.size());
    std::string One = Text.substr(At, End - At);
    At = End + 1;
    Line L;
    if (parseLine(One, L))
      Lines.push_back(std::move(L));
    else if (!Lines.empty())
      Lines.back().Details.push_back(std::move(One));
  }
  return Lines;
}

void GuestMemory::init() {
  std::vector<Line> Lines = readMaps(false);
  std::unique_lock G(Lock);
  Left = leftForGuest();
  if (rlimit L; getrlimit(RLIMIT_DATA, &L) == 0)
    HeapLimit = L.rlim_cur;
  for (const Line &L : Lines)
    if (L.Lo < AddressLimit) {
      // The host stack grows down.
      constexpr uint64_t StackGrowth = 8 << 20;
      uint64_t Lo = L.Name == "[stack]" ? L.Lo - StackGrowth : L.Lo;
      Runtime[Lo] = std::max(Runtime[Lo], L.Hi);
    }
}

/// Details of the first or a later part of a host mapping: sizes other than
/// the part's own can't be told apart, the first part gets them.
static std::vector<std::string> partDetails(const std::vector<std::string> &All,
                                            uint64_t Size, bool First,
                                            bool Exec) {
  std::vector<std::string> Out;
  for (const std::string &D : All) {
    char Key[64];
    uint64_t Kb;
    char Buf[128];
    if (std::sscanf(D.c_str(), "%63[^:]: %" SCNu64 " kB", Key, &Kb) == 2) {
      bool Whole = !std::strcmp(Key, "Size");
      bool Fixed = std::strstr(Key, "PageSize");
      if (!First && !Fixed)
        Kb = 0;
      if (Whole)
        Kb = Size / 1024;
      int Pad = std::max(1, 23 - static_cast<int>(std::strlen(Key)));
      std::snprintf(Buf, sizeof Buf, "%s:%*" PRIu64 " kB", Key, Pad, Kb);
      Out.push_back(Buf);
    } else if (D.rfind("VmFlags:", 0) == 0) {
      std::string Flags = D;
      size_t Rd = Flags.find(" rd");
      if (Exec && Flags.find(" ex") == std::string::npos) {
        size_t Wr = Flags.find(" wr");
        size_t At = Wr != std::string::npos   ? Wr + 3
                    : Rd != std::string::npos ? Rd + 3
                                              : 8;
        Flags.insert(At, " ex");
      }
      Out.push_back(Flags);
    } else {
      Out.push_back(D);
    }
  }
  return Out;
}

/// What is at Lo; Hi is cut where that ends.
std::string GuestMemory::label(uint64_t Lo, uint64_t &Hi) const {
  std::string Name;
  auto Look = [&](uint64_t A, uint64_t B, const std::string &Text) {
    if (A <= Lo && Lo < B) {
      Name = Text;
      Hi = std::min(Hi, B);
    } else if (Lo < A && A < B) {
      Hi = std::min(Hi, A);
    }
  };
  for (const Label &L : Labels)
    Look(L.Lo, L.Hi, L.Name);
  Look(BrkStart & ~uint64_t(4095), (BrkCur + 4095) & ~uint64_t(4095), "[heap]");
  return Name;
}

/// The part [Lo, Hi) of the host's mapping H as the guest sees it.
static Line partOf(const Line &H, uint64_t Lo, uint64_t Hi, int Prot,
                   bool Smaps) {
  Line L = H;
  L.Lo = Lo;
  L.Hi = Hi;
  if (H.Inode || H.Offset)
    L.Offset += Lo - H.Lo;
  L.Perms[0] = Prot & PROT_READ ? 'r' : '-';
  L.Perms[1] = Prot & PROT_WRITE ? 'w' : '-';
  L.Perms[2] = Prot & PROT_EXEC ? 'x' : '-';
  if (Smaps)
    L.Details = partDetails(H.Details, Hi - Lo, Lo == H.Lo, Prot & PROT_EXEC);
  return L;
}

std::string GuestMemory::procMaps(bool Smaps) const {
  std::vector<Line> Out;
  {
    std::shared_lock G(Lock);
    for (const Line &H : readMaps(Smaps)) {
      auto I = Guest.upper_bound(H.Lo);
      if (I != Guest.begin())
        --I;
      for (; I != Guest.end() && I->first < H.Hi; ++I) {
        const uint64_t End = std::min(H.Hi, I->second.Hi);
        for (uint64_t Lo = std::max(H.Lo, I->first), Hi; Lo < End; Lo = Hi) {
          Hi = End;
          std::string Name = label(Lo, Hi);
          Line L = partOf(H, Lo, Hi, I->second.Prot, Smaps);
          if (!Name.empty())
            L.Name = Name;
          if (!Smaps && !Out.empty() && L.continues(Out.back()))
            Out.back().Hi = L.Hi;
          else
            Out.push_back(std::move(L));
        }
      }
    }
  }
  std::string Text;
  for (const Line &L : Out)
    L.print(Text);
  return Text;
}
