// A primitive without a lowering: operands in Tmp, a call that keeps registers.
// RUN: %assemble
// RUN: %xlate-lift --emit=opt-ir %t.o | %filecheck %s --check-prefix=IR
// RUN: %xlate-lift --emit=asm %t.o | %filecheck %s --check-prefix=ASM

// IR:      store <2 x i64> %v1, ptr addrspace(256) inttoptr
// IR:      [[STUB:%.*]] = load ptr, ptr addrspace(256) inttoptr (i64 880 to
// IR:      call preserve_allcc void [[STUB]]()
// IR:      load <2 x i64>, ptr addrspace(256) inttoptr (i64 944 to

// ASM-LABEL: unit_100000:
// No register is saved around it.
// ASM-NOT: {{rsp|movq %}}
// ASM:     callq *%gs:880
// ASM-NOT: {{rsp|movq %}}
// ASM:     vmovaps %gs:944, %xmm0
  urecpe v0.4s, v1.4s
  ret
