// Accesses: volatile, folded addressing, order.
// RUN: %assemble
// RUN: %xlate-lift --function=plain %t.o | %filecheck %s --check-prefix=IR
// RUN: %xlate-lift --emit=asm --function=plain %t.o | %filecheck %s --check-prefix=PLAIN
// RUN: %xlate-lift --emit=asm --function=ordered %t.o | %filecheck %s --check-prefix=ORD
// RUN: %xlate-lift --emit=asm --function=lse %t.o | %filecheck %s --check-prefix=LSE
// RUN: %xlate-lift --emit=asm --function=excl %t.o | %filecheck %s --check-prefix=EXCL
// RUN: %xlate-lift --emit=asm --function=zva %t.o | %filecheck %s --check-prefix=ZVA

// IR-COUNT-3: load volatile i{{[0-9]+}}, ptr %{{[0-9]+}}, align 1
// PLAIN:      movq (%rdi,%r8,8), %rdx
// PLAIN:      movsb{{[lq]}} 5(%rsi), %
// PLAIN:      movzwl -2(%rcx), %r9d
plain:
  ldr x0, [x1, x3, lsl #3]
  ldrsb w2, [x2, #5]
  ldurh w8, [sp, #-2]
  ret

// ORD-LABEL:  unit_
// ORD:        testb $7, %dil
// ORD:        jne
// ORD:        movq (%rdi), %rdx
// ORD:        xchgq %{{r..?}}, (%{{rdi|rsi}})
// ORD:        orl $0, -{{[0-9]+}}(%rsp)
// ORD-NOT:    wait
// ORD:        jmpq
ordered:
  ldar x0, [x1]
  stlr x0, [x1]
  dmb ish
  ret

// LSE-LABEL:  unit_
// LSE:        lock xaddl
// LSE:        lock orl
// LSE:        lock cmpxchgq
lse:
  ldadd w0, w1, [x2]
  stset w0, [x2]
  casal x1, x0, [x2]
  ret

// EXCL-LABEL: unit_
// EXCL:       lock cmpxchgl
excl:
  ldaxr w1, [x0]
  add w1, w1, #1
  stlxr w2, w1, [x0]
  ret

// ZVA-LABEL:  unit_
// ZVA:        andq $-64, %
// ZVA-COUNT-4: vmov{{[a-z]+}} %xmm{{[0-9]+}}, {{[0-9]*}}(%r
// ZVA-NOT:    callq
zva:
  dc zva, x0
  ret
