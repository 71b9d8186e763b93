// C++ exceptions through many frames, rethrown, across threads, with destructors.
// RUN: %aarch64-cxx -O2 -static -pthread %s -o %t
// RUN: %xlate-quick-tiers %t | %filecheck %s
// RUN: %aarch64-cxx -O0 -pthread %s -o %t
// RUN: %xlate-quick-tiers -L %sysroot %t | %filecheck %s

#include <atomic>
#include <cstdio>
#include <exception>
#include <future>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

static std::atomic<int> Destroyed;

struct Guard {
  ~Guard() { ++Destroyed; }
};

struct Custom : std::runtime_error {
  int Code;
  explicit Custom(int Code)
      : std::runtime_error("code " + std::to_string(Code)), Code(Code) {}
};

__attribute__((noinline)) static int deep(int N) {
  Guard G;
  if (N == 0)
    throw Custom(7);
  return deep(N - 1) + 1;
}

__attribute__((noinline)) static void rethrow() {
  try {
    deep(100);
  } catch (const std::exception &) {
    throw;
  }
}

int main() {
  try {
    rethrow();
  } catch (const Custom &E) {
    printf("caught %s, %d destroyed\n", E.what(), Destroyed.load());
  }
  // CHECK: caught code 7, 101 destroyed

  try {
    std::vector<int>(3).at(5);
  } catch (const std::out_of_range &) {
    puts("out_of_range");
  }
  // CHECK-NEXT: out_of_range
  try {
    std::stoi("not a number");
  } catch (const std::invalid_argument &E) {
    printf("invalid_argument: %s\n", E.what());
  }
  // CHECK-NEXT: invalid_argument: stoi

  std::mutex Lock;
  int Caught = 0;
  std::vector<std::thread> Threads;
  for (int T = 0; T < 8; ++T)
    Threads.emplace_back([&, T] {
      for (int I = 0; I < 50; ++I)
        try {
          deep(T + 1);
        } catch (Custom &E) {
          std::lock_guard L(Lock);
          Caught += E.Code;
        }
    });
  for (auto &T : Threads)
    T.join();
  printf("threads caught %d\n", Caught);
  // CHECK-NEXT: threads caught 2800

  auto F = std::async(std::launch::async, [] { return deep(3); });
  try {
    F.get();
  } catch (const Custom &E) {
    printf("from the future: %s\n", E.what());
  }
  // CHECK-NEXT: from the future: code 7

  std::exception_ptr P;
  try {
    throw 42;
  } catch (...) {
    P = std::current_exception();
  }
  std::thread([P] {
    try {
      std::rethrow_exception(P);
    } catch (int I) {
      printf("int %d in another thread\n", I);
    }
  }).join();
  // CHECK-NEXT: int 42 in another thread

  try {
    volatile size_t Huge = 1ull << 60;
    static char *volatile P = new char[Huge];
    (void)P;
  } catch (const std::bad_alloc &) {
    puts("bad_alloc");
  }
  // CHECK-NEXT: bad_alloc

  fflush(stdout);
  std::set_terminate([] {
    puts("terminate");
    fflush(stdout);
    _Exit(3);
  });
  deep(1);
  // CHECK-NEXT: terminate
  // CHECK-NEXT: exit status 3
}
