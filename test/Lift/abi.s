// The unit ABI: arguments in registers, CpuState above the stack pointer, nothing
// else on the stack, exits are tail calls.
// RUN: %assemble
// RUN: %xlate-lift %t.o | %filecheck %s --check-prefix=IR
// RUN: %xlate-lift --emit=asm %t.o | %filecheck %s --check-prefix=ASM --implicit-check-not='{{push|pop|call|ret}}'

// IR: define dso_local x86_regcallcc void @unit_100000(i64 %pc, i64 %sp, i64 %x0, i64 %x1, i64 %x2, i64 %x3, i64 %x8, i64 %x19, i64 %x20, i64 %x29, i64 %x30, <2 x i64> %v0, <2 x i64> %v1, <2 x i64> %v2, <2 x i64> %v3, <2 x i64> %v4, <2 x i64> %v5, <2 x i64> %v6, <2 x i64> %v7)
// IR: musttail call x86_regcallcc void
// IR-NEXT: ret void

// SP, X0..X3, X8, X19, X20, X29, X30 are rcx, rdx, rdi, rsi, r8, r9, r12..r15.
// ASM-LABEL: unit_100000:
// The thread's jump cache, then the stub for what isn't in it.
// ASM:       movq 904(%rsp), %rax
// ASM:       jne [[MISS:.L.*]]
// ASM-DAG:   addq %rdi, %rdx
// ASM-DAG:   subq %r8, %rsi
// ASM-DAG:   xorq %r12, %r9
// ASM-DAG:   andq %r14, %r13
// ASM-DAG:   paddb %xmm7, %xmm0, %xmm0
// ASM-DAG:   addq $32, %rcx
// ASM:       movq %r15, %rax
// ASM:       jmpq *%r11
// ASM:       [[MISS]]:
// ASM-NEXT:  movq 880(%rsp), %r11
// ASM:       .Lfunc_end0
  add x0, x0, x1
  sub x2, x2, x3
  eor x8, x8, x19
  and x20, x20, x29
  add v0.16b, v0.16b, v7.16b
  add sp, sp, #32
  ret
