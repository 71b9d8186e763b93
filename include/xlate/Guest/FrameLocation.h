//===- FrameLocation.h - Where a unit keeps SP, X29, X30 --------*- C++ -*-===//
//
// The optimising tier keeps guest registers where its register allocator puts
// them. Of those that lead to the caller it says where that is at each access
// that may fault, in a number that a PC map holds.
//
//===----------------------------------------------------------------------===//
#ifndef XLATE_GUEST_FRAMELOCATION_H
#define XLATE_GUEST_FRAMELOCATION_H

#include <compare>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

namespace xlate {

/// Guest registers with locations, in this order.
constexpr uint8_t FrameRegs[] = {31, 29, 30};
constexpr unsigned NumFrameRegs = sizeof FrameRegs;

class FrameLocation {
public:
  /// Nowhere: CpuState has the latest value that is known.
  constexpr FrameLocation() = default;
  constexpr explicit FrameLocation(int32_t Packed) : Bits(Packed) {}
  /// Host register (its number in encodings) + Add.
  static std::optional<FrameLocation> inRegister(unsigned Reg, int64_t Add) {
    if (Reg > 15 || Add != signExtend(Add, 27))
      return std::nullopt;
    return pack(1 + Reg, Add);
  }
  /// The word at rsp + Offset, + Add.
  static std::optional<FrameLocation> onStack(int64_t Offset, int64_t Add) {
    if (Offset % 8 || Offset / 8 != signExtend(Offset / 8, 14) ||
        Add != signExtend(Add, 13))
      return std::nullopt;
    return pack(OnStack, Add << 14 | (Offset / 8 & 0x3fff));
  }
  /// The unit's guest PC + Add.
  static std::optional<FrameLocation> ofPc(int64_t Add) {
    if (Add != signExtend(Add, 27))
      return std::nullopt;
    return pack(OfPc, Add);
  }

  constexpr int32_t packed() const { return Bits; }
  constexpr bool known() const { return Bits != 0; }
  auto operator<=>(const FrameLocation &) const = default;

  /// The value, where the host's registers are Regs; Old if unknown.
  uint64_t read(std::span<const uint64_t, 16> Regs, uint64_t UnitPc,
                uint64_t Old) const {
    const unsigned Kind = Bits & 31;
    const int64_t Rest = Bits >> 5;
    if (!Kind)
      return Old;
    if (Kind == OfPc)
      return UnitPc + static_cast<uint64_t>(Rest);
    if (Kind != OnStack)
      return Regs[Kind - 1] + static_cast<uint64_t>(Rest);
    constexpr unsigned Rsp = 4;
    uint64_t Word;
    const auto Offset = static_cast<uint64_t>(signExtend(Rest, 14) * 8);
    std::memcpy(&Word, reinterpret_cast<const void *>(Regs[Rsp] + Offset),
                sizeof Word);
    return Word + static_cast<uint64_t>(Rest >> 14);
  }

private:
  static constexpr unsigned OnStack = 17, OfPc = 18;
  static constexpr int64_t signExtend(int64_t V, unsigned Bits) {
    const auto U = static_cast<uint64_t>(V) << (64 - Bits);
    return static_cast<int64_t>(U) >> (64 - Bits);
  }
  static FrameLocation pack(unsigned Kind, int64_t Rest) {
    return FrameLocation(
        static_cast<int32_t>(static_cast<uint32_t>(Rest) << 5 | Kind));
  }
  int32_t Bits = 0;
};

} // namespace xlate

#endif // XLATE_GUEST_FRAMELOCATION_H
