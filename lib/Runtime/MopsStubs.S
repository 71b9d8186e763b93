//===- MopsStubs.S - Memory copies and sets of moderate size --------------===//
//
// What translated code calls before it asks the evaluator (lib/Ops/EvalMops.cpp)
// to do a whole memory copy or set: most are of a few bytes, and the evaluator
// takes all registers through memory first.
//
//   in:  r10 = destination, rax = size; r11 = source, or the byte to set
//   out: eax = 0: done; 1: the evaluator has to do it, from the start.
//        rbx, r10, r11, xmm8 to xmm11 and the flags are lost.
//
// A fault leads to "1", so what has been written by then must not matter: a copy
// whose operands overlap is made only within one page of the destination, and
// after all of the source has been read.
//
//===----------------------------------------------------------------------===//

#include "StubMacros.inc"

#define MOST 2048 /* bytes; memmove is better at more */

  .text

  .macro MOPS_STUBS Suffix, Move, V
// Forward or backward, whichever keeps the source (CPYP). Backwards the
// registers end up otherwise: not here.
FUNCTION xlate_mops_copy_\Suffix
  movq %r10, %rbx
  subq %r11, %rbx
  jz xlate_mops_copy_forward_\Suffix
  cmpq %rax, %rbx
  jb xlate_mops_slow

FUNCTION xlate_mops_copy_forward_\Suffix
  cmpq $64, %rax
  ja 4f
  movl %r10d, %ebx
  andl $4095, %ebx
  addl %eax, %ebx
  cmpl $4096, %ebx
  ja xlate_mops_slow
  cmpl $16, %eax
  jae 2f
  cmpl $8, %eax
  jae 1f
  cmpl $4, %eax
  jae 0f
  testl %eax, %eax
  jz 9f
  // 1 to 3
  movzbl (%r11), %ebx
  cmpl $1, %eax
  je 8f
  movzwl -2(%r11,%rax), %r11d
  movw %r11w, -2(%r10,%rax)
8:
  movb %bl, (%r10)
9:
  xorl %eax, %eax
  retq
0: // 4 to 7
  movl (%r11), %ebx
  movl -4(%r11,%rax), %r11d
  movl %ebx, (%r10)
  movl %r11d, -4(%r10,%rax)
  xorl %eax, %eax
  retq
1: // 8 to 15
  movq (%r11), %rbx
  movq -8(%r11,%rax), %r11
  movq %rbx, (%r10)
  movq %r11, -8(%r10,%rax)
  xorl %eax, %eax
  retq
2: // 16 to 32
  \Move (%r11), %xmm8
  \Move -16(%r11,%rax), %xmm9
  cmpl $32, %eax
  ja 3f
  \Move %xmm8, (%r10)
  \Move %xmm9, -16(%r10,%rax)
  xorl %eax, %eax
  retq
3: // to 64
  \Move 16(%r11), %xmm10
  \Move -32(%r11,%rax), %xmm11
  \Move %xmm8, (%r10)
  \Move %xmm10, 16(%r10)
  \Move %xmm11, -32(%r10,%rax)
  \Move %xmm9, -16(%r10,%rax)
  xorl %eax, %eax
  retq
4: // more, if the operands don't overlap
  cmpq $MOST, %rax
  ja xlate_mops_slow
  movq %r10, %rbx
  subq %r11, %rbx
  cmpq %rax, %rbx
  jb xlate_mops_slow
  negq %rbx
  cmpq %rax, %rbx
  jb xlate_mops_slow
5:
  \Move (%r11), %xmm8
  \Move 16(%r11), %xmm9
  \Move 32(%r11), %xmm10
  \Move 48(%r11), %xmm11
  \Move %xmm8, (%r10)
  \Move %xmm9, 16(%r10)
  \Move %xmm10, 32(%r10)
  \Move %xmm11, 48(%r10)
  addq $64, %r11
  addq $64, %r10
  subq $64, %rax
  cmpq $64, %rax
  ja 5b
  // The last 1 to 64 bytes.
  \Move -64(%r11,%rax), %xmm8
  \Move -48(%r11,%rax), %xmm9
  \Move -32(%r11,%rax), %xmm10
  \Move -16(%r11,%rax), %xmm11
  \Move %xmm8, -64(%r10,%rax)
  \Move %xmm9, -48(%r10,%rax)
  \Move %xmm10, -32(%r10,%rax)
  \Move %xmm11, -16(%r10,%rax)
  xorl %eax, %eax
  retq

FUNCTION xlate_mops_set_\Suffix
  cmpq $MOST, %rax
  ja xlate_mops_slow
  movzbl %r11b, %r11d
  movabsq $0x0101010101010101, %rbx
  imulq %rbx, %r11
  cmpl $16, %eax
  jae 2f
  cmpl $8, %eax
  jae 1f
  cmpl $4, %eax
  jae 0f
  testl %eax, %eax
  jz 9f
  // 1 to 3
  movb %r11b, (%r10)
  cmpl $1, %eax
  je 9f
  movw %r11w, -2(%r10,%rax)
9:
  xorl %eax, %eax
  retq
0: // 4 to 7
  movl %r11d, (%r10)
  movl %r11d, -4(%r10,%rax)
  xorl %eax, %eax
  retq
1: // 8 to 15
  movq %r11, (%r10)
  movq %r11, -8(%r10,%rax)
  xorl %eax, %eax
  retq
2:
  \V\()movq %r11, %xmm8
  .ifc \V,v
  vpunpcklqdq %xmm8, %xmm8, %xmm8
  .else
  punpcklqdq %xmm8, %xmm8
  .endif
  cmpl $64, %eax
  ja 3f
  cmpl $32, %eax
  jbe 4f
  \Move %xmm8, 16(%r10)
  \Move %xmm8, -32(%r10,%rax)
4:
  \Move %xmm8, (%r10)
  \Move %xmm8, -16(%r10,%rax)
  xorl %eax, %eax
  retq
3: // more
  \Move %xmm8, (%r10)
  \Move %xmm8, 16(%r10)
  \Move %xmm8, 32(%r10)
  \Move %xmm8, 48(%r10)
  addq $64, %r10
  subq $64, %rax
  cmpq $64, %rax
  ja 3b
  \Move %xmm8, -64(%r10,%rax)
  \Move %xmm8, -48(%r10,%rax)
  \Move %xmm8, -32(%r10,%rax)
  \Move %xmm8, -16(%r10,%rax)
  xorl %eax, %eax
  retq
  .endm

FUNCTION xlate_mops_start
MOPS_STUBS avx, vmovups, v
MOPS_STUBS sse, movups
FUNCTION xlate_mops_end

  .section .note.GNU-stack,"",@progbits
