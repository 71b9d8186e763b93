// A primitive without a lowering: operands in Tmp, a call that keeps registers.
// RUN: %assemble
// RUN: %xlate-lift --emit=opt-ir %t.o | %filecheck %s --check-prefix=IR
// RUN: %xlate-lift --emit=asm %t.o | %filecheck %s --check-prefix=ASM

// IR:      store <2 x i64> %v1, ptr addrspace(256) inttoptr
// IR:      [[STUB:%.*]] = load ptr, ptr addrspace(256) inttoptr (i64 880 to
// IR:      call preserve_allcc void [[STUB]](i32 {{[0-9]+}}, i64
// IR:      load <2 x i64>, ptr addrspace(256) inttoptr (i64 944 to

// ASM-LABEL: unit_100000:
// ASM:     callq *%gs:880
// No register is saved around it but the two that carry arguments.
// ASM-NOT: rsp
// ASM:     jmpq
  urecpe v0.4s, v1.4s
  ret
