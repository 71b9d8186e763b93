// A primitive without a lowering: operands in Tmp, a call that keeps registers.
// RUN: %assemble
// RUN: %xlate-lift --emit=opt-ir %t.o | %filecheck %s --check-prefix=IR
// RUN: %xlate-lift --emit=asm %t.o | %filecheck %s --check-prefix=ASM

// IR:      store <2 x i64> %v1, ptr
// IR:      [[AT:%.*]] = getelementptr i8, ptr %frame, i64 888
// IR:      [[STUB:%.*]] = load ptr, ptr [[AT]]
// IR:      call preserve_allcc void [[STUB]]()
// IR:      [[RESULT:%.*]] = getelementptr i8, ptr %frame, i64 952
// IR:      load <2 x i64>, ptr [[RESULT]]

// ASM-LABEL: unit_100000:
// No register is saved around it.
// ASM-NOT: {{push|movq %}}
// ASM:     callq *888(%rsp)
// ASM-NOT: {{push|movq %}}
// ASM:     vmovaps 952(%rsp), %xmm0
  urecpe v0.4s, v1.4s
  ret
