//===- LdStSimd.cpp - Advanced SIMD structure loads and stores ------------===//
//
// Arm ARM C3.2.11: LD1 to LD4, ST1 to ST4 and LD1R to LD4R. Memory is accessed
// in whole registers, which are then (de-)interleaved: LD2 and LD4 by one and
// two levels of UZP, ST2 and ST4 by ZIP, the threes by primitives of their own.
//
//===----------------------------------------------------------------------===//

#include "LdSt.h"

namespace xlate::sem {
namespace {

/// Rm of the forms without post-index.
constexpr unsigned NoPost = ~0u;

/// Base register with an optional post-index: Rm = 31 adds the number of bytes
/// transferred, any other Rm its register.
struct StructAddress {
  Val Base, Next;
  unsigned Rn;

  StructAddress(Ops &O, unsigned Rn, unsigned Rm, unsigned Bytes)
      : Base(O.xregSp(Rn)), Rn(Rn) {
    if (Rm != NoPost)
      Next = O.add(Base, Rm == 31 ? O.x(Bytes) : O.xreg(Rm));
  }
  Addr at(unsigned Disp) const {
    return {Base, {}, 0, static_cast<int32_t>(Disp)};
  }
  void writeBack(Ops &O) const {
    if (Next.valid())
      O.setRegSp(Rn, Next);
  }
};

/// LD1 of N registers: consecutive memory.
void loadConsecutive(Ops &O, unsigned N, unsigned Q, unsigned Rm, unsigned Rn,
                     unsigned Rt) {
  const unsigned Size = 3 + Q;
  StructAddress A(O, Rn, Rm, N << Size);
  Val V[4];
  for (unsigned I = 0; I != N; ++I)
    V[I] = O.vload(Size, A.at(I << Size));
  for (unsigned I = 0; I != N; ++I)
    O.setVreg((Rt + I) % 32, V[I]);
  A.writeBack(O);
}

void storeConsecutive(Ops &O, unsigned N, unsigned Q, unsigned Rm, unsigned Rn,
                      unsigned Rt) {
  const unsigned Size = 3 + Q;
  StructAddress A(O, Rn, Rm, N << Size);
  for (unsigned I = 0; I != N; ++I)
    O.vstore(Size, A.at(I << Size), O.vreg((Rt + I) % 32));
  A.writeBack(O);
}

/// LD2 to LD4. D forms read N * 8 bytes as whole registers where possible; the
/// missing lanes are zero, which also zeroes the upper halves of the results.
void loadInterleaved(Ops &O, unsigned N, unsigned Q, unsigned Rm, unsigned Size,
                     unsigned Rn, unsigned Rt) {
  const Lane L = static_cast<Lane>(Size);
  const unsigned Bytes = N << (3 + Q);
  StructAddress A(O, Rn, Rm, Bytes);
  Val In[4], Out[4];
  for (unsigned I = 0; I != 4; ++I) {
    if (I * 16 < Bytes)
      In[I] = O.vload(Bytes - I * 16 >= 16 ? 4 : 3, A.at(I * 16));
    else if (I < N)
      In[I] = O.vzero();
  }
  switch (N) {
  case 2:
    Out[0] = O.vUzp1(L, In[0], In[1]);
    Out[1] = O.vUzp2(L, In[0], In[1]);
    break;
  case 3:
    for (unsigned I = 0; I != 3; ++I)
      Out[I] = O.vDeint3(L, In[0], In[1], In[2], I);
    break;
  default: {
    // The first level leaves the even (odd) structure members alternating.
    Val Even0 = O.vUzp1(L, In[0], In[1]), Odd0 = O.vUzp2(L, In[0], In[1]);
    Val Even1 = Q ? O.vUzp1(L, In[2], In[3]) : In[2];
    Val Odd1 = Q ? O.vUzp2(L, In[2], In[3]) : In[2];
    Out[0] = O.vUzp1(L, Even0, Even1);
    Out[2] = O.vUzp2(L, Even0, Even1);
    Out[1] = O.vUzp1(L, Odd0, Odd1);
    Out[3] = O.vUzp2(L, Odd0, Odd1);
    break;
  }
  }
  for (unsigned I = 0; I != N; ++I)
    O.setVreg((Rt + I) % 32, Out[I]);
  A.writeBack(O);
}

void storeInterleaved(Ops &O, unsigned N, unsigned Q, unsigned Rm,
                      unsigned Size, unsigned Rn, unsigned Rt) {
  const Lane L = static_cast<Lane>(Size);
  const unsigned Bytes = N << (3 + Q);
  StructAddress A(O, Rn, Rm, Bytes);
  Val In[4], Out[4];
  for (unsigned I = 0; I != N; ++I)
    In[I] = O.vreg((Rt + I) % 32);
  switch (N) {
  case 2:
    Out[0] = O.vZip1(L, In[0], In[1]);
    if (Q)
      Out[1] = O.vZip2(L, In[0], In[1]);
    break;
  case 3:
    for (unsigned I = 0; I * 16 < Bytes; ++I)
      Out[I] = O.vInt3(L, In[0], In[1], In[2], I);
    break;
  default: {
    Val Even = O.vZip1(L, In[0], In[2]), Odd = O.vZip1(L, In[1], In[3]);
    Out[0] = O.vZip1(L, Even, Odd);
    Out[1] = O.vZip2(L, Even, Odd);
    if (Q) {
      Even = O.vZip2(L, In[0], In[2]);
      Odd = O.vZip2(L, In[1], In[3]);
      Out[2] = O.vZip1(L, Even, Odd);
      Out[3] = O.vZip2(L, Even, Odd);
    }
    break;
  }
  }
  for (unsigned I = 0; I * 16 < Bytes; ++I)
    O.vstore(Bytes - I * 16 >= 16 ? 4 : 3, A.at(I * 16), Out[I]);
  A.writeBack(O);
}

/// Which lane a single-structure encoding means.
struct LaneRef {
  Lane L;
  unsigned Index;
  LaneRef(unsigned Q, unsigned Scale, unsigned S, unsigned Size) {
    const unsigned Qss = Q << 3 | S << 2 | Size;
    L = Scale == 2 && (Size & 1) ? L64 : static_cast<Lane>(Scale);
    Index = Qss >> L;
  }
};

void loadLane(Ops &O, unsigned N, LaneRef Ref, unsigned Rm, unsigned Rn,
              unsigned Rt) {
  StructAddress A(O, Rn, Rm, N << Ref.L);
  Val V[4];
  for (unsigned I = 0; I != N; ++I)
    V[I] = O.load(gprType(Ref.L), Ref.L, A.at(I << Ref.L));
  for (unsigned I = 0; I != N; ++I)
    O.setVreg((Rt + I) % 32,
              O.vInsert(Ref.L, O.vreg((Rt + I) % 32), V[I], Ref.Index));
  A.writeBack(O);
}

void storeLane(Ops &O, unsigned N, LaneRef Ref, unsigned Rm, unsigned Rn,
               unsigned Rt) {
  StructAddress A(O, Rn, Rm, N << Ref.L);
  for (unsigned I = 0; I != N; ++I)
    O.store(Ref.L, A.at(I << Ref.L),
            O.vExtract(Ref.L, O.vreg((Rt + I) % 32), Ref.Index));
  A.writeBack(O);
}

void loadReplicate(Ops &O, unsigned N, unsigned Q, unsigned Rm, unsigned Size,
                   unsigned Rn, unsigned Rt) {
  const Lane L = static_cast<Lane>(Size);
  StructAddress A(O, Rn, Rm, N << Size);
  Val V[4];
  for (unsigned I = 0; I != N; ++I)
    V[I] = O.load(gprType(Size), Size, A.at(I << Size));
  for (unsigned I = 0; I != N; ++I)
    O.setVregQ(Q, (Rt + I) % 32, O.vDup(L, V[I]));
  A.writeBack(O);
}

} // namespace

// The x1 to x4 forms of LD1/ST1 move N registers.
#define CONSECUTIVE(N)                                                         \
  void LD1_x##N(Ops &O, unsigned q, unsigned size, unsigned Rn, unsigned Rt) { \
    loadConsecutive(O, N, q, NoPost, Rn, Rt);                                  \
  }                                                                            \
  void LD1_x##N##_post(Ops &O, unsigned q, unsigned Rm, unsigned size,         \
                       unsigned Rn, unsigned Rt) {                             \
    loadConsecutive(O, N, q, Rm, Rn, Rt);                                      \
  }                                                                            \
  void ST1_x##N(Ops &O, unsigned q, unsigned size, unsigned Rn, unsigned Rt) { \
    storeConsecutive(O, N, q, NoPost, Rn, Rt);                                 \
  }                                                                            \
  void ST1_x##N##_post(Ops &O, unsigned q, unsigned Rm, unsigned size,         \
                       unsigned Rn, unsigned Rt) {                             \
    storeConsecutive(O, N, q, Rm, Rn, Rt);                                     \
  }
CONSECUTIVE(1)
CONSECUTIVE(2)
CONSECUTIVE(3)
CONSECUTIVE(4)

#define INTERLEAVED(N)                                                         \
  void LD##N##_mult(Ops &O, unsigned q, unsigned size, unsigned Rn,            \
                    unsigned Rt) {                                             \
    loadInterleaved(O, N, q, NoPost, size, Rn, Rt);                            \
  }                                                                            \
  void LD##N##_mult_post(Ops &O, unsigned q, unsigned Rm, unsigned size,       \
                         unsigned Rn, unsigned Rt) {                           \
    loadInterleaved(O, N, q, Rm, size, Rn, Rt);                                \
  }                                                                            \
  void ST##N##_mult(Ops &O, unsigned q, unsigned size, unsigned Rn,            \
                    unsigned Rt) {                                             \
    storeInterleaved(O, N, q, NoPost, size, Rn, Rt);                           \
  }                                                                            \
  void ST##N##_mult_post(Ops &O, unsigned q, unsigned Rm, unsigned size,       \
                         unsigned Rn, unsigned Rt) {                           \
    storeInterleaved(O, N, q, Rm, size, Rn, Rt);                               \
  }
INTERLEAVED(2)
INTERLEAVED(3)
INTERLEAVED(4)

#define SINGLE(N)                                                              \
  void LD##N##_lane(Ops &O, unsigned q, unsigned scale, unsigned S,            \
                    unsigned size, unsigned Rn, unsigned Rt) {                 \
    loadLane(O, N, {q, scale, S, size}, NoPost, Rn, Rt);                       \
  }                                                                            \
  void LD##N##_lane_post(Ops &O, unsigned q, unsigned Rm, unsigned scale,      \
                         unsigned S, unsigned size, unsigned Rn,               \
                         unsigned Rt) {                                        \
    loadLane(O, N, {q, scale, S, size}, Rm, Rn, Rt);                           \
  }                                                                            \
  void ST##N##_lane(Ops &O, unsigned q, unsigned scale, unsigned S,            \
                    unsigned size, unsigned Rn, unsigned Rt) {                 \
    storeLane(O, N, {q, scale, S, size}, NoPost, Rn, Rt);                      \
  }                                                                            \
  void ST##N##_lane_post(Ops &O, unsigned q, unsigned Rm, unsigned scale,      \
                         unsigned S, unsigned size, unsigned Rn,               \
                         unsigned Rt) {                                        \
    storeLane(O, N, {q, scale, S, size}, Rm, Rn, Rt);                          \
  }                                                                            \
  void LD##N##R(Ops &O, unsigned q, unsigned size, unsigned Rn, unsigned Rt) { \
    loadReplicate(O, N, q, NoPost, size, Rn, Rt);                              \
  }                                                                            \
  void LD##N##R_post(Ops &O, unsigned q, unsigned Rm, unsigned size,           \
                     unsigned Rn, unsigned Rt) {                               \
    loadReplicate(O, N, q, Rm, size, Rn, Rt);                                  \
  }
SINGLE(1)
SINGLE(2)
SINGLE(3)
SINGLE(4)

} // namespace xlate::sem
