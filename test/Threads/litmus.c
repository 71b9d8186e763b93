// Litmus tests, two to four threads that go at the same time, many rounds each:
// outcomes that Arm's memory model forbids don't occur, with every barrier and
// acquire/release form. The names are those of the literature.
// RUN: %aarch64-cc -O2 -static -pthread -march=armv8.3-a %s -o %t
// RUN: %xlate-quick-tiers %t | %filecheck %s

#include <pthread.h>
#include <sched.h>
#include <stdio.h>

enum { Rounds = 60, Pairs = 200, Threads = 4 };

// A thread goes over all pairs of a round without waiting for the others.
typedef struct {
  _Alignas(128) volatile long X;
  _Alignas(128) volatile long Y;
  _Alignas(128) long R[Threads][2]; // what the threads read
} Pair;
static Pair P[Pairs];

#define STR(P) asm volatile("str %1, %0" : "=m"(P) : "r"(1l) : "memory")
#define LDR(V, P) asm volatile("ldr %0, %1" : "=r"(V) : "m"(P) : "memory")
#define STLR(P) asm volatile("stlr %0, [%1]" ::"r"(1l), "r"(&P) : "memory")
#define LDAR(V, P) asm volatile("ldar %0, [%1]" : "=r"(V) : "r"(&P) : "memory")
#define LDAPR(V, P) asm volatile("ldapr %0, [%1]" : "=r"(V) : "r"(&P) : "memory")
#define SWPAL(P) asm volatile("swpal %0, xzr, [%1]" ::"r"(1l), "r"(&P) : "memory")
#define DMB(K) asm volatile("dmb " #K ::: "memory")
/// An address dependency from V.
#define AFTER(V, P, Out) \
  asm volatile("eor %1, %2, %2\n ldr %0, [%3, %1]" : "=r"(Out), "=&r"(Tmp) : "r"(V), "r"(&P) : "memory")

#define BODY(Name, Body) \
  static void Name(Pair *M, long *Result) { \
    long A = 0, B = 0, Tmp = 0; \
    Body; \
    Result[0] = A; \
    Result[1] = B; \
    (void)Tmp; \
  }

// Store buffering: both may not miss the other's store.
BODY(sbDmb0, STR(M->X); DMB(ish); LDR(A, M->Y))
BODY(sbDmb1, STR(M->Y); DMB(ish); LDR(A, M->X))
BODY(sbSy0, STR(M->X); DMB(sy); LDR(A, M->Y))
BODY(sbSy1, STR(M->Y); DMB(sy); LDR(A, M->X))
BODY(sbDsb0, STR(M->X); asm volatile("dsb ish" ::: "memory"); LDR(A, M->Y))
BODY(sbDsb1, STR(M->Y); asm volatile("dsb ish" ::: "memory"); LDR(A, M->X))
BODY(sbRel0, STLR(M->X); LDAR(A, M->Y))
BODY(sbRel1, STLR(M->Y); LDAR(A, M->X))
BODY(sbSwp0, SWPAL(M->X); LDAR(A, M->Y))
BODY(sbSwp1, SWPAL(M->Y); LDAR(A, M->X))
static int sb(long (*R)[2]) { return !R[0][0] && !R[1][0]; }

// Message passing: who sees the flag Y sees the message X.
BODY(mpDmb0, STR(M->X); DMB(ish); STR(M->Y))
BODY(mpDmb1, LDR(A, M->Y); DMB(ish); LDR(B, M->X))
BODY(mpHalf0, STR(M->X); DMB(ishst); STR(M->Y))
BODY(mpHalf1, LDR(A, M->Y); DMB(ishld); LDR(B, M->X))
BODY(mpRel0, STR(M->X); STLR(M->Y))
BODY(mpAcq1, LDAR(A, M->Y); LDR(B, M->X))
BODY(mpRcpc1, LDAPR(A, M->Y); LDR(B, M->X))
BODY(mpAddr1, LDR(A, M->Y); AFTER(A, M->X, B))
static int mp(long (*R)[2]) { return R[1][0] && !R[1][1]; }

// Load buffering: values don't come out of nowhere.
BODY(lbAcq0, LDAR(A, M->X); STR(M->Y))
BODY(lbAcq1, LDAR(A, M->Y); STR(M->X))
BODY(lbRel0, LDR(A, M->X); STLR(M->Y))
BODY(lbRel1, LDR(A, M->Y); STLR(M->X))
BODY(lbDmb0, LDR(A, M->X); DMB(ish); STR(M->Y))
BODY(lbDmb1, LDR(A, M->Y); DMB(ishld); STR(M->X))
static int lb(long (*R)[2]) { return R[0][0] && R[1][0]; }

// Independent reads of independent writes: all agree on the order of the two.
BODY(wX, STR(M->X))
BODY(wY, STR(M->Y))
BODY(wRelX, STLR(M->X))
BODY(wRelY, STLR(M->Y))
BODY(irDmbXY, LDR(A, M->X); DMB(ish); LDR(B, M->Y))
BODY(irDmbYX, LDR(A, M->Y); DMB(ish); LDR(B, M->X))
BODY(irLdXY, LDR(A, M->X); DMB(ishld); LDR(B, M->Y))
BODY(irLdYX, LDR(A, M->Y); DMB(ishld); LDR(B, M->X))
BODY(irAcqXY, LDAR(A, M->X); LDAR(B, M->Y))
BODY(irAcqYX, LDAR(A, M->Y); LDAR(B, M->X))
BODY(irAddrXY, LDR(A, M->X); AFTER(A, M->Y, B))
BODY(irAddrYX, LDR(A, M->Y); AFTER(A, M->X, B))
static int iriw(long (*R)[2]) { return R[2][0] && !R[2][1] && R[3][0] && !R[3][1]; }

// Coherence: two reads of one place don't go back in time.
BODY(coRR, LDR(A, M->X); LDR(B, M->X))
static int corr(long (*R)[2]) { return R[1][0] && !R[1][1]; }

static const struct {
  const char *Name;
  int (*Forbidden)(long (*R)[2]);
  void (*Body[Threads])(Pair *, long *);
} Tests[] = {
    {"SB+dmbs", sb, {sbDmb0, sbDmb1}},          {"SB+dmb.sys", sb, {sbSy0, sbSy1}},
    {"SB+dsbs", sb, {sbDsb0, sbDsb1}},          {"SB+rel-acq", sb, {sbRel0, sbRel1}},
    {"SB+swpals", sb, {sbSwp0, sbSwp1}},        {"SB+dmb+rel-acq", sb, {sbDmb0, sbRel1}},
    {"MP+dmbs", mp, {mpDmb0, mpDmb1}},          {"MP+dmb.st+dmb.ld", mp, {mpHalf0, mpHalf1}},
    {"MP+rel+acq", mp, {mpRel0, mpAcq1}},       {"MP+rel+rcpc", mp, {mpRel0, mpRcpc1}},
    {"MP+dmb+addr", mp, {mpDmb0, mpAddr1}},     {"MP+rel+dmb.ld", mp, {mpRel0, mpHalf1}},
    {"LB+acqs", lb, {lbAcq0, lbAcq1}},          {"LB+rels", lb, {lbRel0, lbRel1}},
    {"LB+dmb+dmb.ld", lb, {lbDmb0, lbDmb1}},    {"IRIW+dmbs", iriw, {wX, wY, irDmbXY, irDmbYX}},
    {"IRIW+dmb.lds", iriw, {wX, wY, irLdXY, irLdYX}},
    {"IRIW+acqs", iriw, {wRelX, wRelY, irAcqXY, irAcqYX}},
    {"IRIW+addrs", iriw, {wX, wY, irAddrXY, irAddrYX}},
    {"CoRR", corr, {wX, coRR}},
};
enum { NumTests = sizeof Tests / sizeof *Tests };

static pthread_barrier_t Meet;

/// All N of a test leave at once, as far as a busy machine lets them.
static volatile int Arrived, Phase;
static void meet(int N) {
  const int Before = Phase;
  if (__atomic_add_fetch(&Arrived, 1, __ATOMIC_ACQ_REL) == N) {
    Arrived = 0;
    __atomic_store_n(&Phase, Before + 1, __ATOMIC_RELEASE);
    return;
  }
  for (unsigned I = 0; __atomic_load_n(&Phase, __ATOMIC_ACQUIRE) == Before; ++I)
    if (I % 64 == 63) // one of us may be waiting for a processor
      sched_yield();
}

static int Bad[NumTests];
static void *thread(void *Arg) {
  const long Id = (long)Arg;
  for (int T = 0; T < NumTests; ++T) {
    const int N = Tests[T].Body[2] ? 4 : 2;
    if (Id < N)
      for (int I = 0; I < Rounds; ++I) {
        meet(N);
        for (int J = 0; J < Pairs; ++J)
          Tests[T].Body[Id](&P[J], P[J].R[Id]);
        meet(N);
        for (int J = 0; Id == 0 && J < Pairs; ++J) {
          Bad[T] += Tests[T].Forbidden(P[J].R);
          P[J].X = P[J].Y = 0;
        }
      }
    pthread_barrier_wait(&Meet);
  }
  return 0;
}

int main(void) {
  pthread_barrier_init(&Meet, 0, Threads);
  pthread_t T[Threads];
  for (long I = 0; I < Threads; ++I)
    pthread_create(&T[I], 0, thread, (void *)I);
  for (int I = 0; I < Threads; ++I)
    pthread_join(T[I], 0);
  int Sum = 0;
  for (int I = 0; I < NumTests; ++I) {
    if (Bad[I])
      printf("%s: %d\n", Tests[I].Name, Bad[I]);
    Sum += Bad[I];
  }
  printf("%d tests, %d forbidden outcomes\n", NumTests, Sum);
  // CHECK: 20 tests, 0 forbidden outcomes
}
