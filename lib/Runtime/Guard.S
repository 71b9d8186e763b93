//===- Guard.S - Calling C++ that may raise a guest fault -----------------===//
//
// Same frame as xlate_enter, so that one landing serves both: a fault in
// translated code, in an evaluator or in the interpreter abandons everything
// down to HostSp.
//
//===----------------------------------------------------------------------===//
#include "StubOffsets.h"

  .text

// The frame that .Lpop takes off again.
  .macro ENTER
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, STATE_HOST_SP(%rdi)
  .endm

// void xlate_guarded_call(CpuState *S, void (*Fn)(CpuState *, void *), void *Arg)
  .globl xlate_guarded_call
  .hidden xlate_guarded_call
  .type xlate_guarded_call, @function
  .p2align 4
xlate_guarded_call:
  ENTER
  subq $8, %rsp
  movq %rsi, %rax
  movq %rdx, %rsi
  callq *%rax
  addq $8, %rsp
  jmp .Lpop
  .size xlate_guarded_call, .-xlate_guarded_call

// void xlate_unwind(): abandon everything above HostSp.
  .globl xlate_unwind
  .hidden xlate_unwind
  .type xlate_unwind, @function
  .p2align 4
xlate_unwind:
  movq %gs:STATE_HOST_SP, %rsp
  cld
.Lpop:
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  retq
  .size xlate_unwind, .-xlate_unwind

// void xlate_resume(CpuState *S, const void *Uc)
  .globl xlate_resume
  .hidden xlate_resume
  .type xlate_resume, @function
  .p2align 4
xlate_resume:
  ENTER
  movq %rsi, %rsp
  .size xlate_resume, .-xlate_resume
  // Falls through.

// Return from a host signal handler.
  .globl xlate_sigreturn
  .hidden xlate_sigreturn
  .type xlate_sigreturn, @function
xlate_sigreturn:
  movl $15, %eax
  syscall
  .size xlate_sigreturn, .-xlate_sigreturn

  .section .note.GNU-stack,"",@progbits
