//===- Stubs.S - Entering, leaving and calling out of translated code -----===//
//
// The register form of a unit boundary is described in xlate/Guest/UnitAbi.h.
//
//===----------------------------------------------------------------------===//
#include "StubMacros.inc"
#include "StubOffsets.h"

  .text

  .macro END Name
  .size \Name, .-\Name
  .endm

// Moves between the pinned registers and the state, in PinnedGpr order.
  .macro LOAD_PINNED
  movq %gs:STATE_X(31), %rcx
  movq %gs:STATE_X(0), %rdx
  movq %gs:STATE_X(1), %rdi
  movq %gs:STATE_X(2), %rsi
  movq %gs:STATE_X(3), %r8
  movq %gs:STATE_X(8), %r9
  movq %gs:STATE_X(19), %r12
  movq %gs:STATE_X(20), %r13
  movq %gs:STATE_X(29), %r14
  movq %gs:STATE_X(30), %r15
  movaps %gs:STATE_V(0), %xmm0
  movaps %gs:STATE_V(1), %xmm1
  movaps %gs:STATE_V(2), %xmm2
  movaps %gs:STATE_V(3), %xmm3
  movaps %gs:STATE_V(4), %xmm4
  movaps %gs:STATE_V(5), %xmm5
  movaps %gs:STATE_V(6), %xmm6
  movaps %gs:STATE_V(7), %xmm7
  .endm

  .macro STORE_PINNED
  movq %rcx, %gs:STATE_X(31)
  movq %rdx, %gs:STATE_X(0)
  movq %rdi, %gs:STATE_X(1)
  movq %rsi, %gs:STATE_X(2)
  movq %r8, %gs:STATE_X(3)
  movq %r9, %gs:STATE_X(8)
  movq %r12, %gs:STATE_X(19)
  movq %r13, %gs:STATE_X(20)
  movq %r14, %gs:STATE_X(29)
  movq %r15, %gs:STATE_X(30)
  movaps %xmm0, %gs:STATE_V(0)
  movaps %xmm1, %gs:STATE_V(1)
  movaps %xmm2, %gs:STATE_V(2)
  movaps %xmm3, %gs:STATE_V(3)
  movaps %xmm4, %gs:STATE_V(4)
  movaps %xmm5, %gs:STATE_V(5)
  movaps %xmm6, %gs:STATE_V(6)
  movaps %xmm7, %gs:STATE_V(7)
  .endm

// void xlate_enter(CpuState *S, void *Unit): the C caller's frame, six pushes
// deep, is what HostSp names.
FUNCTION xlate_enter
  .cfi_startproc
  pushq %rbp
  .cfi_adjust_cfa_offset 8
  pushq %rbx
  .cfi_adjust_cfa_offset 8
  pushq %r12
  .cfi_adjust_cfa_offset 8
  pushq %r13
  .cfi_adjust_cfa_offset 8
  pushq %r14
  .cfi_adjust_cfa_offset 8
  pushq %r15
  .cfi_adjust_cfa_offset 8
  movq %rsp, STATE_HOST_SP(%rdi)
  leaq -STATE_FROM_RSP(%rdi), %rsp
  movq %rsi, %r11
  LOAD_PINNED
  movq %gs:STATE_PC, %rax
  jmpq *%r11
  .cfi_endproc
END xlate_enter

// Reached from units with rax = Pc, Exit and ExitInfo set.
FUNCTION xlate_exit_stub
  movq %rax, %gs:STATE_PC
  STORE_PINNED
  movq %gs:STATE_HOST_SP, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  retq
END xlate_exit_stub

// Reached through an unpublished slot: rax = the missing guest address.
FUNCTION xlate_miss_stub
  movl $0, %gs:STATE_EXIT // ExitReason::Miss
  jmp xlate_exit_stub
END xlate_miss_stub

// Indirect branch, rax = guest target. Polls: a guest loop may consist of
// forward and indirect branches only.
FUNCTION xlate_indirect_stub
  cmpl $0, %gs:STATE_POLL
  jne xlate_miss_stub
  leal (,%rax,4), %r10d
  andl %gs:STATE_JUMP_CACHE_MASK, %r10d
  addq %gs:STATE_JUMP_CACHE, %r10
  cmpq %rax, (%r10)
  jne 1f
  jmpq *8(%r10)
  // FindUnit keeps what C++ functions keep, and vector registers. The flags are
  // free at a unit boundary.
1:
  movq %gs:STATE_FIND_UNIT, %r11
  testq %r11, %r11
  jz xlate_miss_stub
  .irp R, rax, rcx, rdx, rdi, rsi, r8, r9
  pushq %\R
  .endr
  movq %gs:STATE_SELF, %rdi
  movq %rax, %rsi
  callq *%r11
  movq %rax, %r11
  .irp R, r9, r8, rsi, rdi, rdx, rcx, rax
  popq %\R
  .endr
  testq %r11, %r11
  jz xlate_miss_stub
  jmpq *%r11
END xlate_indirect_stub

// Stands for the stubs of MopsStubs.S: everything is the evaluator's. Faults
// in those lead here.
FUNCTION xlate_mops_slow
  movl $1, %eax
  retq
END xlate_mops_slow

// Evaluator call stubs: Tmp[4] = {Op, parameter word}. Generated code calls them
// on paths it expects not to take, so they take nothing in registers and keep
// every one that a caller could have live, whole vector registers included, and
// they align the stack, which units built by LLVM don't.
  .macro EVAL_STUB Name, Move, Reg, Bytes
FUNCTION \Name
  pushq %rbp
  movq %rsp, %rbp
  .irp R, rax, rcx, rdx, rdi, rsi, r8, r9, r10
  pushq %\R
  .endr
  subq $(16 * \Bytes), %rsp
  andq $-16, %rsp
  .irp I, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
  \Move %\Reg\I, (\I * \Bytes)(%rsp)
  .endr

  movl %gs:STATE_TMP(4), %eax
  movq %gs:STATE_TMP(4) + 8, %r9
  movq %gs:STATE_SELF, %rdi
  leaq STATE_TMP(0)(%rdi), %rsi
  leaq STATE_TMP(1)(%rdi), %rdx
  leaq STATE_TMP(2)(%rdi), %rcx
  leaq STATE_TMP(3)(%rdi), %r8
  movq STATE_EVAL_TABLE(%rdi), %r10
  callq *(%r10,%rax,8)

  .irp I, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
  \Move (\I * \Bytes)(%rsp), %\Reg\I
  .endr
  leaq -64(%rbp), %rsp
  .irp R, r10, r9, r8, rsi, rdi, rdx, rcx, rax, rbp
  popq %\R
  .endr
  retq
END \Name
  .endm

EVAL_STUB xlate_eval_stub_sse, movups, xmm, 16
EVAL_STUB xlate_eval_stub_avx, vmovups, ymm, 32

  .section .note.GNU-stack,"",@progbits
