// Thread-local storage of every kind: models, constructors and destructors, keys.
// RUN: %aarch64-cxx -O2 -static -pthread %s -o %t
// RUN: %xlate-quick-tiers %t | %filecheck %s
// RUN: %aarch64-cxx -O2 -fPIC -pie -pthread %s -o %t
// RUN: %xlate-quick-tiers -L %sysroot %t | %filecheck %s

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <pthread.h>
#include <string>
#include <thread>
#include <vector>

static std::atomic<int> Constructed, Destroyed, KeyDestroyed;

struct Tracked {
  std::string Name = "initial value long enough for the heap";
  Tracked() { ++Constructed; }
  ~Tracked() { ++Destroyed; }
};
static thread_local Tracked T;
__thread int Initialised = 123;
__thread char Zero[5000];
__thread int Aligned __attribute__((aligned(256)));
static pthread_key_t Key;

int main() {
  pthread_key_create(&Key, [](void *) { ++KeyDestroyed; });
  std::vector<std::thread> Threads;
  std::atomic<int> Good{0};
  for (int I = 0; I < 32; ++I)
    Threads.emplace_back([&, I] {
      bool Ok = Initialised == 123 && Zero[4999] == 0 && (uintptr_t)&Aligned % 256 == 0;
      T.Name += std::to_string(I);
      Initialised = I;
      Zero[4999] = I;
      pthread_setspecific(Key, &T);
      std::this_thread::yield();
      Ok &= Initialised == I && Zero[4999] == I && pthread_getspecific(Key) == &T &&
            T.Name == "initial value long enough for the heap" + std::to_string(I);
      Good += Ok;
    });
  for (auto &Th : Threads)
    Th.join();
  printf("good %d, constructed %d, destroyed %d, keys %d, mine %d\n", Good.load(),
         Constructed.load(), Destroyed.load(), KeyDestroyed.load(), Initialised);
  // CHECK: good 32, constructed 32, destroyed 32, keys 32, mine 123

  // The thread pointer can be moved away and back.
  uint64_t Old, Now;
  asm volatile("mrs %0, tpidr_el0\n msr tpidr_el0, %2\n mrs %1, tpidr_el0\n"
               "msr tpidr_el0, %0"
               : "=&r"(Old), "=&r"(Now)
               : "r"(0x1234567812345678));
  printf("thread pointer: %lx\n", (unsigned long)Now);
  // CHECK-NEXT: thread pointer: 1234567812345678
}
