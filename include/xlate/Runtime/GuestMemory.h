//===- GuestMemory.h - The guest's address space ----------------*- C++ -*-===//
//
// Guest addresses are host addresses, and guest mappings are host mappings in
// the address space that the runtime lives in too. This class carries out the
// guest's mapping calls, remembers which ranges are the guest's and with which
// protection, and keeps the guest's hands off everything else.
//
// Host pages of the guest are never executable: PROT_EXEC is only recorded.
// Whoever translates asks executable().
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_RUNTIME_GUESTMEMORY_H
#define XLATE_RUNTIME_GUESTMEMORY_H

#include "xlate/Runtime/MapRoom.h"
#include "xlate/Syscall/Syscall.h"
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <shared_mutex>
#include <string>
#include <sys/mman.h>
#include <vector>

namespace xlate::runtime {

class GuestMemory {
public:
  /// >= 0 or -errno.
  using Result = int64_t;

  /// First address that a guest can't have: the host's user space ends here.
  static constexpr uint64_t AddressLimit = (uint64_t(1) << 47) - 4096;

  /// Called after guest bytes [Lo, Hi) that are or were executable may have
  /// changed or lost their permission. No lock is held.
  std::function<void(uint64_t Lo, uint64_t Hi)> OnCodeChange;
  /// Called after the guest has mapped a file (page Offset of Fd) executable.
  std::function<void(uint64_t Lo, uint64_t Hi, int Fd, uint64_t Offset)>
      OnExecMap;

  /// Everything that is mapped now is the runtime's.
  void init();

  //--- What the loader and the runtime map themselves
  //---------------------------

  /// A range that the guest must never touch, mapped or not.
  void addRuntimeRange(uint64_t Lo, uint64_t Hi);
  void removeRuntimeRange(uint64_t Lo, uint64_t Hi);
  /// The loader has mapped [Lo, Hi) for the guest with guest protection Prot.
  /// A Name in brackets labels it in procMaps.
  void noteMapping(uint64_t Lo, uint64_t Hi, int Prot,
                   const std::string &Name = {});
  /// The program break starts at (or just above) Start. Address space behind
  /// it is set aside so that no host mapping gets in the way. ProgramData is
  /// the size of the program's data segment: RLIMIT_DATA bounds both together.
  void setBrk(uint64_t Start, uint64_t ProgramData = 0);

  //--- System calls
  //---------------------------------------------------------------

  Result mmap(uint64_t Addr, uint64_t Len, int Prot, int Flags, int Fd,
              uint64_t Offset);
  Result munmap(uint64_t Addr, uint64_t Len);
  Result mprotect(uint64_t Addr, uint64_t Len, int Prot);
  Result mremap(uint64_t Old, uint64_t OldLen, uint64_t NewLen, int Flags,
                uint64_t NewAddr);
  Result madvise(uint64_t Addr, uint64_t Len, int Advice);
  Result brk(uint64_t Addr);
  /// Mapping more than that fails.
  void limit(const sys::MemoryLimits &L);
  Result shmat(int Id, uint64_t Addr, int Flags);
  Result shmdt(uint64_t Addr);
  /// Of the stack, only what has been used by now is locked.
  Result mlockall(int Flags);
  Result munlockall();
  /// The host is about to be asked for something that makes [Lo, Hi) mappings
  /// of its own. False: there would be too many.
  bool mayDivide(uint64_t Lo, uint64_t Hi);

  //--- Questions
  //--------------------------------------------------------------------

  /// True if guest code at Pc may run; Limit receives the end of the
  /// contiguous executable range around it.
  bool executable(uint64_t Pc, uint64_t &Limit) const;
  /// Executable guest bytes [Lo, Hi) around Pc, empty if it isn't guest code.
  /// Right as long as generation() is what it was before.
  struct CodeRange {
    uint64_t Lo = 0, Hi = 0;
    bool Writable = false; ///< By the guest, some of it.
  };
  CodeRange codeRange(uint64_t Pc) const;
  /// True if Addr is in any guest mapping.
  bool mapped(uint64_t Addr) const;
  /// True if all of [Lo, Hi) is.
  bool mapped(uint64_t Lo, uint64_t Hi) const;
  /// Guest protection of the page at Addr, -1 if it isn't the guest's.
  int protection(uint64_t Addr) const;
  /// Text of /proc/self/maps (or smaps) as the guest is to see it.
  std::string procMaps(bool Smaps) const;
  /// Changes whenever mappings change: a translation made between two equal
  /// readings was made from current bytes as far as mapping calls go.
  uint64_t generation() const {
    return Generation.load(std::memory_order_acquire);
  }
  /// Start of the heap.
  uint64_t brkStart() const { return BrkStart; }

  //--- Write protection of translated code
  //-------------------------------------------

  /// Make the host pages of [Lo, Hi) that the guest may write and execute
  /// read-only. The result is true if there are any.
  bool writeProtect(uint64_t Lo, uint64_t Hi);
  /// A host write to Addr faulted: if writeProtect() is the reason, make the
  /// page writable again and return true. Lo and Hi receive what became
  /// writable; the caller invalidates it. Safe in a fault handler as long as
  /// the faulting code holds no lock of this class.
  bool unprotectForWrite(uint64_t Addr, uint64_t &Lo, uint64_t &Hi);
  /// Undo all write protection in [Lo, Hi): before the kernel writes there.
  /// True if there was any.
  bool unprotectRange(uint64_t Lo, uint64_t Hi);
  /// unprotectRange() that reports the change; next to free while nothing has
  /// ever been protected.
  bool allowWrites(uint64_t Lo, uint64_t Hi);

  //--- fork
  //------------------------------------------------------------------------

  void lockForFork();
  /// In the parent and in the child.
  void unlockAfterFork(bool InChild);

private:
  struct Range {
    uint64_t Hi;
    uint8_t Prot;
    bool Protected = false; ///< By writeProtect().
    bool Private = false;   ///< Neither shared nor a stack.

    /// What RLIMIT_DATA bounds.
    bool data() const { return Private && (Prot & PROT_WRITE); }
    bool operator==(const Range &) const = default;
  };
  /// Disjoint ranges by start address.
  using RangeMap = std::map<uint64_t, Range>;

  // The members below need the lock.
  void set(uint64_t Lo, uint64_t Hi, Range R);
  void setProt(uint64_t Lo, uint64_t Hi, uint8_t Prot);
  void erase(uint64_t Lo, uint64_t Hi);
  void split(uint64_t At);
  void mergeAround(uint64_t Lo, uint64_t Hi);
  RangeMap::const_iterator find(uint64_t Addr) const;
  bool mappedLocked(uint64_t Addr) const { return find(Addr) != Guest.end(); }
  bool hitsRuntime(uint64_t Lo, uint64_t Hi) const;
  bool covered(uint64_t Lo, uint64_t Hi) const;
  bool anyExec(uint64_t Lo, uint64_t Hi) const;
  bool tooMuch(uint64_t More, bool Data) const;
  bool tooMuchData(uint64_t More) const;
  bool heapTooLarge(uint64_t Break) const;
  uint64_t dataEnd(uint64_t Lo, uint64_t Hi) const;
  bool isJoined(uint64_t At) const;
  unsigned cuts(uint64_t Lo, uint64_t Hi) const;
  bool isInside(uint64_t Lo, uint64_t Hi) const;
  /// May the guest make a call that adds N mappings?
  bool takeRoom(unsigned N) {
    return Room.take(N, Guest.size() + Runtime.size());
  }
  bool mayLock(uint64_t Size, bool ByFlag) const;
  int lockFlag() const;
  void lockMapped(uint64_t Lo, uint64_t Size, bool ByFlag) const;
  uint64_t usedStack() const;
  bool unprotectLocked(uint64_t Lo, uint64_t Hi);
  Result claim(uint64_t Lo, uint64_t Hi,
               std::vector<std::pair<uint64_t, uint64_t>> &Claimed);
  void abandon(const std::vector<std::pair<uint64_t, uint64_t>> &Claimed);
  void trimReserve(uint64_t Lo, uint64_t Hi);
  void changed() { Generation.fetch_add(1, std::memory_order_acq_rel); }
  void notify(uint64_t Lo, uint64_t Hi) const;
  std::string label(uint64_t Lo, uint64_t &Hi) const;

  mutable std::shared_mutex Lock;
  std::atomic<uint64_t> Generation{0};
  std::atomic<bool> EverProtected{false};
  sys::MemoryLimits Limit; ///< That the guest has set.
  /// For the guest, of those that bound the runtime, too.
  sys::MemoryLimits Left;
  uint64_t HeapLimit = ~uint64_t(0); ///< RLIMIT_DATA among those.
  MapRoom Room;
  /// What mlockall() has asked for mappings to come.
  enum class LockMode : uint8_t { No, AtOnce, OnFault };
  LockMode LockNew = LockMode::No;
  RangeMap Guest;
  std::map<uint64_t, uint64_t> Runtime; ///< Start to end.
  std::map<uint64_t, uint64_t> Shm;     ///< shmat address to size.
  struct Label {
    uint64_t Lo, Hi;
    std::string Name;
  };
  std::vector<Label> Labels;
  uint64_t StackLo = 0, StackHi = 0;
  uint64_t BrkStart = 0, BrkCur = 0, DataSize = 0;
  uint64_t BrkReserve = 0; ///< End of the address space set aside.
};

} // namespace xlate::runtime

#endif // XLATE_RUNTIME_GUESTMEMORY_H
