//===- LlvmInit.cpp - Static constructors of LLVM, when it is needed ------===//
#include "LlvmTier.h"
#include "llvm/Support/ErrorHandling.h"
#include <mutex>
#include <new>

using Constructor = void (*)(int, char **, char **);

extern "C" {
// Defined by llvm-init.ld; without it they run at the start as usual.
[[gnu::weak,
  gnu::visibility("hidden")]] extern const Constructor xlate_llvm_init_start[];
[[gnu::weak,
  gnu::visibility("hidden")]] extern const Constructor xlate_llvm_init_end[];
}

void xlate::initLlvm() {
  static std::once_flag Once;
  std::call_once(Once, [] {
    // Through a volatile: to the compiler these are distinct objects.
    const Constructor *volatile End = xlate_llvm_init_end;
    static char *NoStrings[] = {nullptr};
    for (const Constructor *C = xlate_llvm_init_start; C != End; ++C)
      (*C)(0, NoStrings, NoStrings);
    // It uses malloc, too.
    llvm::install_bad_alloc_error_handler(
        [](void *, const char *, bool) { std::get_new_handler()(); });
  });
}
