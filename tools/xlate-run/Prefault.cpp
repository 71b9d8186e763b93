//===- Prefault.cpp - The pages that every start needs --------------------===//
//
// A page fault costs a microsecond and more on a virtual machine, many times
// what mapping a page costs as one of a thousand. llvm-apart.ld keeps together
// what a start touches; here it is mapped with a few system calls. All of it is
// advice: without it, or where the kernel doesn't know it, pages come one by
// one.
//
//===----------------------------------------------------------------------===//

#ifdef XLATE_LLVM_APART

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <elf.h>
#include <initializer_list>
#include <malloc.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

// Where LLVM's part of each segment begins, defined by llvm-apart.ld; and by
// any linker, the start of the file.
extern "C" {
extern const char xlate_llvm_rodata[], xlate_llvm_text[], xlate_llvm_bss[];
extern const Elf64_Ehdr __ehdr_start;
}

/// madvise() for when the C library isn't there yet.
[[gnu::always_inline]] static inline void populate(uintptr_t Begin,
                                                   uintptr_t End, long Advice) {
  const uintptr_t Lo = Begin & ~uintptr_t(4095);
  const uintptr_t Bytes = ((End + 4095) & ~uintptr_t(4095)) - Lo;
  long Result = SYS_madvise;
  asm volatile("syscall"
               : "+a"(Result)
               : "D"(Lo), "S"(Bytes), "d"(Advice)
               : "rcx", "r11", "memory");
}

extern "C" [[gnu::used, gnu::no_stack_protector]] void xlate_populate() {
  // Pointers that start-up sets stand at the end of what is read-only later.
  constexpr uintptr_t GotBytes = 24 << 10;
  // Of the functions in startup-order.txt.
  constexpr uintptr_t OrderedText = 512 << 10;
  const auto File = reinterpret_cast<uintptr_t>(&__ehdr_start);
  auto *Ph = reinterpret_cast<const Elf64_Phdr *>(File + __ehdr_start.e_phoff);
  for (int I = 0; I != __ehdr_start.e_phnum; ++I) {
    const uintptr_t Begin = Ph[I].p_vaddr, End = Begin + Ph[I].p_memsz;
    if (Ph[I].p_type == PT_GNU_RELRO && Ph[I].p_memsz > GotBytes)
      populate(End - GotBytes, End, MADV_POPULATE_WRITE);
    if (Ph[I].p_type != PT_LOAD)
      continue;
    for (const char *Llvm :
         {xlate_llvm_rodata, xlate_llvm_text, xlate_llvm_bss})
      if (const auto At = reinterpret_cast<uintptr_t>(Llvm);
          Begin <= At && At <= End)
        populate(Begin,
                 Ph[I].p_flags & PF_X ? std::min(At, Begin + OrderedText) : At,
                 Ph[I].p_flags & PF_W ? MADV_POPULATE_WRITE
                                      : MADV_POPULATE_READ);
  }
}

// The program's entry, in front of the C library's own.
asm(R"(
    .text
    .globl xlate_entry
    .type xlate_entry, @function
xlate_entry:
    .cfi_startproc
    .cfi_undefined rip
    mov %rdx, %rbx
    mov %rsp, %rbp
    and $-16, %rsp
    call xlate_populate
    mov %rbp, %rsp
    mov %rbx, %rdx
    xor %ebp, %ebp
    jmp _start
    .cfi_endproc
    .size xlate_entry, . - xlate_entry
)");

/// Start with a heap that holds what a start allocates: a huge page, which is
/// one fault and one entry of the TLB, if the kernel has one. What is freed at
/// the heap's top is kept.
static void prefaultHeap() {
  constexpr uintptr_t HugePage = 2 << 20;
  mallopt(M_MMAP_THRESHOLD, 4 << 20);
  mallopt(M_TRIM_THRESHOLD, 8 << 20);
  mallopt(M_TOP_PAD, 2 * HugePage);
  // What comes next begins with the huge page: this block, which stays and
  // isn't touched, reaches up to it.
  const auto First = reinterpret_cast<uintptr_t>(malloc(1));
  const uintptr_t Begin = (First + 64 + HugePage - 1) & ~(HugePage - 1);
  [[maybe_unused]] void *volatile Before = malloc(Begin - First - 64);
  madvise(reinterpret_cast<void *>(Begin), HugePage, MADV_HUGEPAGE);
  populate(Begin, Begin + (512 << 10), MADV_POPULATE_WRITE);
  mallopt(M_TOP_PAD, 128 << 10);
}

// Before the first constructor.
[[gnu::used,
  gnu::section(".preinit_array")]] static void (*const Early)() = prefaultHeap;

#endif
