// A program in the style of a language with its own run-time: no C library, own
// allocator on brk and mmap, thread-local storage, formatted output, panics.
// RUN: %aarch64-cxx -O2 -std=c++17 -ffreestanding -nostdlib -static -fno-exceptions -fno-rtti -fno-stack-protector -fno-builtin -mno-outline-atomics %s -o %t
// RUN: %xlate-tiers %t | %filecheck %s

using U64 = unsigned long;

static long sys(long N, long A = 0, long B = 0, long C = 0, long D = 0, long E = 0,
                long F = 0) {
  register long X8 asm("x8") = N;
  register long X0 asm("x0") = A, X1 asm("x1") = B, X2 asm("x2") = C;
  register long X3 asm("x3") = D, X4 asm("x4") = E, X5 asm("x5") = F;
  asm volatile("svc #0"
               : "+r"(X0)
               : "r"(X8), "r"(X1), "r"(X2), "r"(X3), "r"(X4), "r"(X5)
               : "memory");
  return X0;
}

extern "C" void *memset(void *P, int C, U64 N) {
  for (U64 I = 0; I < N; ++I)
    ((volatile char *)P)[I] = C;
  return P;
}

struct Out {
  char Buffer[4096];
  U64 Used = 0;
  Out &operator<<(const char *S) {
    while (*S)
      Buffer[Used++] = *S++;
    return *this;
  }
  Out &operator<<(U64 V) {
    char Digits[20];
    int N = 0;
    do
      Digits[N++] = '0' + V % 10;
    while (V /= 10);
    while (N)
      Buffer[Used++] = Digits[--N];
    return *this;
  }
  ~Out() { sys(64, 1, (long)Buffer, Used); }
};

[[noreturn]] static void panic(const char *Why) {
  { Out() << "panicked: " << Why << "\n"; }
  sys(94, 101);
  __builtin_trap();
}

// A bump allocator on brk.
static U64 Break, Limit;
static void *allocate(U64 Size) {
  if (!Break)
    Break = Limit = sys(214, 0);
  U64 P = Break;
  Break += (Size + 15) & ~15ul;
  if (Break > Limit) {
    Limit = (Break + 0xffff) & ~0xfffful;
    if ((U64)sys(214, Limit) != Limit)
      panic("out of memory");
  }
  return (void *)P;
}

template <typename T> struct Vec {
  T *Data = nullptr;
  U64 Size = 0, Capacity = 0;
  void push(T V) {
    if (Size == Capacity) {
      Capacity = Capacity ? Capacity * 2 : 4;
      T *New = (T *)allocate(Capacity * sizeof(T));
      for (U64 I = 0; I < Size; ++I)
        New[I] = Data[I];
      Data = New;
    }
    Data[Size++] = V;
  }
  T &operator[](U64 I) {
    if (I >= Size)
      panic("index out of bounds");
    return Data[I];
  }
};

struct Shape {
  virtual U64 area() const = 0;
};
struct Square : Shape {
  U64 S;
  explicit Square(U64 S) : S(S) {}
  U64 area() const override { return S * S; }
};
struct Box : Shape {
  U64 W, H;
  Box(U64 W, U64 H) : W(W), H(H) {}
  U64 area() const override { return W * H; }
};
extern "C" void __cxa_pure_virtual() { panic("pure virtual"); }
inline void *operator new(U64, void *P) { return P; }
template <typename T, typename... A> T *make(A... Args) {
  return new (allocate(sizeof(T))) T(Args...);
}

static int Counter;
static int threadMain(void *) {
  for (int I = 0; I < 1000; ++I)
    __atomic_fetch_add(&Counter, 1, __ATOMIC_ACQ_REL);
  return 0;
}

// clone(CLONE_VM|FS|FILES|SIGHAND|THREAD|SYSVSEM|CHILD_CLEARTID|PARENT_SETTID) on a
// stack of our own; the child exits as thread.
static void spawn(int *Tid) {
  U64 Stack = sys(222, 0, 65536, 3, 0x22, -1, 0) + 65536;
  register long X8 asm("x8") = 220;
  register long X0 asm("x0") = 0x100 | 0x200 | 0x400 | 0x800 | 0x10000 | 0x40000 | 0x200000 | 0x100000;
  register long X1 asm("x1") = Stack;
  register long X2 asm("x2") = (long)Tid;
  register long X3 asm("x3") = 0;
  register long X4 asm("x4") = (long)Tid;
  asm volatile("svc #0\n"
               "cbnz x0, 1f\n"
               "blr %[fn]\n"
               "mov x8, #93\n"
               "svc #0\n"
               "1:"
               : "+r"(X0)
               : "r"(X8), "r"(X1), "r"(X2), "r"(X3), "r"(X4), [fn] "r"(threadMain)
               : "memory", "x30");
  if (X0 < 0)
    panic("clone");
}

extern "C" [[noreturn]] void start() {
  Vec<U64> Primes;
  for (U64 N = 2; Primes.Size < 1000; ++N) {
    bool Prime = true;
    for (U64 I = 0; I < Primes.Size && Primes[I] * Primes[I] <= N; ++I)
      if (N % Primes[I] == 0) {
        Prime = false;
        break;
      }
    if (Prime)
      Primes.push(N);
  }
  { Out() << "prime 1000: " << Primes[999] << "\n"; }
  // CHECK: prime 1000: 7919

  Vec<Shape *> Shapes;
  for (U64 I = 1; I <= 10; ++I)
    Shapes.push(I % 2 ? (Shape *)make<Square>(I) : make<Box>(I, I + 1));
  U64 Area = 0;
  for (U64 I = 0; I < Shapes.Size; ++I)
    Area += Shapes[I]->area();
  { Out() << "area: " << Area << "\n"; }
  // CHECK-NEXT: area: 415

  int Tids[4] = {1, 1, 1, 1};
  for (int &T : Tids)
    spawn(&T);
  for (int &T : Tids)
    while (int V = __atomic_load_n(&T, __ATOMIC_ACQUIRE))
      sys(98, (long)&T, 0, V);
  { Out() << "counter: " << (U64)Counter << "\n"; }
  // CHECK-NEXT: counter: 4000

  Primes[1000] = 1;
  // CHECK-NEXT: panicked: index out of bounds
  // CHECK-NEXT: exit status 101
  panic("not reached");
}
asm(".globl _start\n_start: mov x29, #0\n mov x30, #0\n b start");
