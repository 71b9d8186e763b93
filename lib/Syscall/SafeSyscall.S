//===- SafeSyscall.S - Interruptible calls and fault-tolerant copies ------===//
//
// A blocking call must not be entered when a guest signal is waiting. The test
// of PollFlag alone leaves a window before the syscall instruction; a signal
// that arrives there finds the host PC in [start, end) and moves it to
// "interrupted". With SA_RESTART the kernel itself rewinds the PC to the
// syscall instruction, which lies in the same range: so a call that has to be
// restarted after the guest's handler takes the same way. Once the call has
// completed the PC is at "end" and the result stands.
//
//===----------------------------------------------------------------------===//
#include "StateOffsets.h"

  .text

// int64_t xlate_safe_syscall(Nr, A0, A1, A2, A3, A4, A5)
  .globl xlate_safe_syscall, xlate_safe_syscall_start, xlate_safe_syscall_end
  .globl xlate_safe_syscall_interrupted
  .hidden xlate_safe_syscall, xlate_safe_syscall_start, xlate_safe_syscall_end
  .hidden xlate_safe_syscall_interrupted
  .type xlate_safe_syscall, @function
  .p2align 4
xlate_safe_syscall:
  .cfi_startproc
  movq %rdi, %rax
  movq %rsi, %rdi
  movq %rdx, %rsi
  movq %rcx, %rdx
  movq %r8, %r10
  movq %r9, %r8
  movq 8(%rsp), %r9
xlate_safe_syscall_start:
  cmpl $0, %gs:STATE_POLL_FLAG
  jne xlate_safe_syscall_interrupted
  syscall
xlate_safe_syscall_end:
  retq
xlate_safe_syscall_interrupted:
  movq $-512, %rax
  retq
  .cfi_endproc
  .size xlate_safe_syscall, .-xlate_safe_syscall

// size_t xlate_safe_copy(Dst, Src, N): bytes left
  .globl xlate_safe_copy, xlate_safe_copy_start, xlate_safe_copy_end
  .globl xlate_safe_copy_bytes, xlate_safe_copy_fault
  .hidden xlate_safe_copy, xlate_safe_copy_start, xlate_safe_copy_end
  .hidden xlate_safe_copy_bytes, xlate_safe_copy_fault
  .type xlate_safe_copy, @function
  .p2align 4
xlate_safe_copy:
  .cfi_startproc
  movq %rdx, %rcx
xlate_safe_copy_start:
  // A string instruction takes long to start.
  cmpq $128, %rcx
  ja 2f
1:
  cmpq $8, %rcx
  jb 2f
  movq (%rsi), %rax
  movq %rax, (%rdi)
  addq $8, %rsi
  addq $8, %rdi
  subq $8, %rcx
  jmp 1b
xlate_safe_copy_bytes: // a fault above goes on here: how much is left is exact
2:
  rep movsb
xlate_safe_copy_end:
xlate_safe_copy_fault:
  movq %rcx, %rax
  retq
  .cfi_endproc
  .size xlate_safe_copy, .-xlate_safe_copy

  .section .note.GNU-stack,"",@progbits
