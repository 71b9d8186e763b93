//===- CodeMap.h - Published translations -----------------------*- C++ -*-===//
//
// The map from guest entry addresses to host code. Every guest entry that any
// code refers to has one Entry with an 8-byte slot; translated code jumps
// through the slot. Publishing and withdrawing a translation is one atomic
// store into the slot, so code is never patched.
//
// Slots and code live in one reserved region of less than 2 GiB: a slot is
// always one rip-relative operand away.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_RUNTIME_CODEMAP_H
#define XLATE_RUNTIME_CODEMAP_H

#include "xlate/Guest/CpuState.h"
#include "xlate/Guest/FrameLocation.h"
#include "xlate/Ops/Uop.h"
#include <atomic>
#include <deque>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <unordered_map>
#include <vector>

namespace xlate::runtime {

enum class MadeBy : uint8_t { Baseline, Llvm, Aot };

/// One piece of translated code.
struct Unit {
  uint64_t Pc = 0; ///< Guest entry.
  struct EntryPoint {
    uint64_t Pc;
    uint32_t Offset; ///< From Host.
  };
  /// Optimising tier: where it may be entered, Pc among them. Others are at
  /// their start.
  std::vector<EntryPoint> Entries;
  uint64_t GuestLo = 0, GuestHi = 0; ///< Guest bytes it was made from.
  /// Baseline: where basic blocks begin, a bit per instruction from GuestLo.
  uint64_t Blocks = 1;
  char *Host = nullptr;
  size_t HostSize = 0;
  MadeBy Tier = MadeBy::Baseline;
  /// Where the guest registers are when an access of the unit faults: pinned
  /// ones in the signal context and the rest in CpuState (baseline), all of
  /// them in CpuState (write-through form), or, when both are false, wherever
  /// the optimiser put them: the PC and the frame are known, see readFrame().
  bool RegistersPinned = false, RegistersInState = false;
  bool MasksTopByte = false; ///< Tags are taken off data addresses.
  bool precise() const { return RegistersPinned || RegistersInState; }
  /// Guest code elsewhere that the unit relies on: it goes when this changes.
  std::vector<std::pair<uint64_t, uint64_t>> Depends;
  /// For guestPc(), in the form of cache::appendPcMap(): values are guest PCs
  /// less Pc. In units that aren't precise() maps of packed FrameLocations
  /// follow, one for each of FrameRegs.
  std::span<const unsigned char> PcMap;
  std::unique_ptr<unsigned char[]> OwnPcMap; ///< What PcMap refers to, or null.
  using FrameMap = std::vector<std::pair<uint32_t, int32_t>>;
  void setPcMap(std::span<const std::pair<uint32_t, uint64_t>> Map,
                std::span<const FrameMap> Frames = {});

  /// Guest PC of the host address, 0 if unknown. Safe in a signal handler.
  uint64_t guestPc(const char *HostPc) const;
  /// Put the registers of FrameRegs into X, as far as they are known, at an
  /// access at HostPc that faults with these host registers (in the order of
  /// encodings). False if SP isn't. Safe in a signal handler.
  bool readFrame(const char *HostPc, std::span<const uint64_t, 16> HostRegs,
                 uint64_t *X) const;
};

/// A guest entry address that code refers to. Lives in the code region as long
/// as any code does, so that a stale jump through a slot is always safe.
struct Entry {
  std::atomic<void *> Slot; ///< Unit entry, or the miss stub.
  /// Counts down in translated code; at zero the unit asks for promotion. Loops
  /// that begin here inside of other baseline units count, too.
  std::atomic<int32_t> Heat;
  bool CountsLoop = false; ///< Heat is that of a loop inside of other units.
  /// A call leads here: the entry of a guest function.
  bool IsFunction = false;
  uint16_t Refills = 0; ///< How often Heat was set anew when it had run out.
  uint64_t Pc;
  Unit *Current = nullptr; ///< What Slot runs, if translated.
  Block *Interp = nullptr; ///< Recorded block for the interpreter.

  /// The heat used up, of which Step is what it begins with each time.
  uint64_t heatUsed(int32_t Step) const {
    return static_cast<uint64_t>(int64_t(Step) * (Refills + 1) -
                                 Heat.load(std::memory_order_relaxed));
  }
  /// By the thread that has used it up: another one's store would be lost when
  /// the unit counts on.
  void refill(int32_t Step) {
    Heat.store(Step, std::memory_order_relaxed);
    if (Refills != std::numeric_limits<uint16_t>::max())
      ++Refills;
  }
};

/// Maps the pages of memory that is used from its start on, some at a time and
/// before they are touched: a page fault costs many times what a page costs as
/// one of many. All of it is advice.
class Frontier {
public:
  void begin(char *At) { Ready = At; }
  /// Memory up to Used is in use or about to be; nothing is at End or behind.
  void advance(char *Used, char *End) {
    if (Used > Ready) [[unlikely]]
      map(Used, End);
  }

private:
  void map(char *Used, char *End);
  char *Ready = nullptr;
  size_t Step = 16 << 10; ///< Doubles: with images, little is ever used.
};

class CodeMap {
public:
  /// Reserve the code region. Returns false when the address space limit
  /// doesn't even allow the smallest one.
  bool init();

  /// All members below need the lock.
  std::mutex &mutex() { return Lock; }

  /// Entry for a guest address, created on demand with an unpublished slot.
  Entry &entry(uint64_t Pc);
  Entry *find(uint64_t Pc);
  /// The entry for Pc if it is published, else null. Without the lock, for a
  /// thread in translated code: there is no reset() meanwhile. May miss what
  /// another thread is adding. (FindUnit.cpp)
  Entry *findPublished(uint64_t Pc) const;
  /// Entries made since reset(), and calling F for those from number First on,
  /// in the order in which they were made.
  uint32_t numEntries() const {
    return static_cast<uint32_t>((SlotCursor - Base) / sizeof(Entry));
  }
  template <typename Fn> void forEachEntry(uint32_t First, Fn F) {
    for (uint32_t I = First, N = numEntries(); I < N; ++I)
      F(entryAt(I + 1));
  }
  /// The nearest known entries of functions at or before Pc and behind it;
  /// Pc itself and the end of the distance if none is near enough.
  std::pair<uint64_t, uint64_t> functionAround(uint64_t Pc, uint64_t Distance);

  /// Executable memory; null when the region is full.
  char *allocCode(size_t Size, size_t Align = 16);
  /// Start of free code space; commitCode() takes what was used of it.
  char *codeCursor() { return Cursor; }
  size_t codeSpace() const { return static_cast<size_t>(CodeEnd - Cursor); }
  char *commitCode(size_t Size);
  /// Time for reset(): too little is left for one more unit and its entries, or
  /// most of what is there is of no use any more. Withdrawn code can't be freed
  /// alone, as another thread may be in it.
  bool needsReset() const {
    constexpr size_t Reserve = 1 << 20, MuchDead = 8 << 20;
    return codeSpace() < Reserve ||
           static_cast<size_t>(SlotEnd - SlotCursor) < Reserve ||
           (DeadBytes > MuchDead &&
            DeadBytes > static_cast<size_t>(Cursor - CodeBegin) / 2);
  }

  /// Make U the translation of its entries.
  void publish(std::unique_ptr<Unit> U);
  void publishInterp(uint64_t Pc, std::unique_ptr<Block> B);
  /// How much of its heat, which began with Step, the baseline tier's code for
  /// the basic block at Pc has used up, at most. A block inside of a trace has
  /// no unit, and mostly no entry, of its own: the entries of the trace count.
  uint64_t runs(uint64_t Pc, int32_t Step);
  /// Calls F with the entry of each baseline unit in [Lo, Hi), and with those
  /// that count loops inside of others.
  void forEachCounterIn(uint64_t Lo, uint64_t Hi,
                        const std::function<void(Entry &)> &F);
  /// Where blocks of the baseline tier's units begin in [Lo, Hi), sorted.
  std::vector<uint64_t> blocksIn(uint64_t Lo, uint64_t Hi);
  /// The first address in (Pc, End) that has a unit of the optimising tier, or
  /// End.
  uint64_t nextOptimised(uint64_t Pc, uint64_t End);
  /// Withdraw baseline units that Pc is in the middle of, and return their
  /// addresses.
  std::vector<uint64_t> withdrawAround(uint64_t Pc);
  /// Let loops of baseline units that begin at E leave for E's own unit when
  /// they charge it next. By each thread that may be in one: see
  /// Entry::refill().
  static void leaveLoopsAt(Entry &E) {
    E.Heat.store(1, std::memory_order_relaxed);
  }
  /// Make U, which someone else owns and which is entered at Host for it, the
  /// translation of E. Only withdrawAdopted() and the likes of withdrawAll()
  /// take it away again.
  void adopt(Entry &E, Unit *U, void *Host);
  /// Withdraw adopted units whose guest range overlaps [Lo, Hi).
  void withdrawAdopted(uint64_t Lo, uint64_t Hi);
  /// Called with the host code of an entry, null for none, after its slot has
  /// changed.
  std::function<void(uint64_t Pc, void *Host)> OnSlot;
  /// Called after a unit has become its entry's translation.
  std::function<void(const Unit &)> OnUnit;
  /// All units of the region since the last reset().
  template <typename Fn> void forEachUnit(Fn F) const {
    for (const auto &U : Units)
      F(*U);
  }

  /// Withdraw everything made from guest bytes [Lo, Hi). Returns the entries
  /// that it was withdrawn from: jump caches must forget them.
  std::vector<uint64_t> invalidate(uint64_t Lo, uint64_t Hi);
  /// Withdraw every unit that is not precise(). True if there was one.
  bool withdrawImprecise();
  void withdrawAll();
  /// Forget everything and reuse the space. Only when no thread is in
  /// translated code, and all jump caches are emptied before one is again.
  void reset();

  /// The unit that contains a host address. Safe in a signal handler of a
  /// thread that runs translated code: the caller doesn't hold the lock, but
  /// units are only added (see Units).
  const Unit *unitAt(const void *HostPc);
  bool contains(const void *P) const {
    return (P >= Base && P < Limit) || inOther(P);
  }
  /// Translated code outside the region. False if there's no room to note it.
  bool addOther(const char *Lo, const char *Hi);

  void setMissStub(void *Stub) { Miss = Stub; }

  /// Changes whenever guest code does, or translations are withdrawn.
  uint64_t epoch() const { return Epoch.load(std::memory_order_acquire); }
  /// Is U, whose translation began when epoch() was Since, void by now?
  bool changedSince(uint64_t Since, const Unit &U) const;

private:
  void publishAt(uint64_t Pc, Unit &U, char *Host);
  void noteRange(Entry &E, uint64_t Lo, uint64_t Hi);
  void noteChange(uint64_t Lo, uint64_t Hi, bool ImpreciseOnly = false);
  void withdraw(Entry &E);
  /// The translation of E is replaced.
  void noteDead(const Entry &E) {
    if (E.Current && E.Current->Tier != MadeBy::Aot &&
        E.Current->Pc == E.Pc) // its other entries go, too
      DeadBytes += E.Current->HostSize;
  }
  bool inOther(const void *P) const {
    for (unsigned I = 0, N = NumOthers.load(std::memory_order_acquire); I != N;
         ++I)
      if (P >= Others[I].first && P < Others[I].second)
        return true;
    return false;
  }
  template <typename Fn> void forEachEntry(Fn F);

  std::mutex Lock;
  char *Base = nullptr, *Limit = nullptr;
  char *SlotCursor = nullptr, *SlotEnd = nullptr;
  Frontier SlotPages, CodePages;
  /// Of the C library's heap, for what is kept of units.
  Frontier HeapPages;
  void mapHeap();
  size_t DeadBytes = 0; ///< Of code that no slot leads to.
  char *CodeBegin = nullptr, *Cursor = nullptr, *CodeEnd = nullptr;
  void *Miss = nullptr;
  /// What is known of one guest page that holds code.
  struct CodePage {
    std::vector<Entry *>
        Covering; ///< Entries whose translation has bytes here.
  };
  CodePage &page(uint64_t Number);
  CodePage *findPage(uint64_t Number);
  Entry &entryAt(uint32_t Index) const {
    return reinterpret_cast<Entry *>(Base)[Index - 1];
  }

  /// Number of an entry; 0 = none.
  struct TableSlot {
    std::atomic<uint32_t> Word{0}; ///< Guest address / 4, lowest bits.
    std::atomic<uint32_t> Number{0};
  };
  /// All entries: open addressing, at most half full. What is near in the guest
  /// is near here. Read without the lock, too: a slot's number is stored last,
  /// and the mask of a larger table after the table. Smaller ones stay till
  /// reset().
  std::atomic<TableSlot *> Table{nullptr};
  std::atomic<size_t> TableMask{0};
  std::vector<std::unique_ptr<TableSlot[]>> Tables;
  /// Where Pc's number is or would be.
  TableSlot &tableSlot(uint64_t Pc);
  static void fillSlot(TableSlot &S, uint64_t Pc, uint32_t Number);
  void growTable();

  static constexpr unsigned MaxOthers = 512;
  std::pair<const char *, const char *> Others[MaxOthers] = {};
  std::atomic<unsigned> NumOthers{0};

  std::atomic<uint64_t> Epoch{0};
  /// The last changes: enough for what happens during one compilation, so that
  /// a guest that makes code all the time gets its hot units nevertheless.
  struct Change {
    uint64_t Epoch, Lo, Hi;
    bool ImpreciseOnly; ///< Units that keep registers exact are not concerned.
  };
  static constexpr size_t MaxChanges = 4096;
  std::deque<Change> Changes;
  std::unordered_map<uint64_t, CodePage> Pages;
  std::set<uint64_t> Optimised; ///< See nextOptimised(); maybe no longer.
  /// The page looked up last: translation stays near itself.
  uint64_t LastNumber = ~uint64_t(0);
  CodePage *LastPage = nullptr;
  /// By host address. Withdrawn units stay until reset(): a thread may still be
  /// executing them.
  std::vector<std::unique_ptr<Unit>> Units;
  std::vector<std::unique_ptr<Block>> Blocks;
};

} // namespace xlate::runtime

#endif // XLATE_RUNTIME_CODEMAP_H
