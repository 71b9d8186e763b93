// A call leaves the unit and the callee returns into it: the unit begins with a
// jump to either entry, and the block after the call loads what it needs.
// RUN: %assemble
// RUN: %xlate-lift --emit=llvm-ir %t.o | %filecheck %s
//
// In host code each has an address of its own: the one behind the call doesn't look at
// the guest PC.
// RUN: %xlate-lift --emit=asm %t.o | %filecheck --check-prefix=ASM %s
// ASM-LABEL: unit_100000:
// ASM:       [[FIRST:.Ltmp[0-9]+]]:
// ASM:       movq $1, 80(%rsp)
// ASM:       jmpq *%r11
// ASM:       [[RETURNED:.Ltmp[0-9]+]]:
// ASM-NEXT:  .loc
// ASM-NEXT:  movq 80(%rsp)
// ASM:       entries_100000:
// ASM-NEXT:  .long [[FIRST]]-unit_100000
// ASM-NEXT:  .long [[RETURNED]]-unit_100000

// CHECK-LABEL: @unit_100000
// CHECK:       indirectbr ptr {{.*}}, [label %enter100000, label %enter100008]
// CHECK:       b100000:
// CHECK:       load volatile ptr, ptr @slot_100010
// CHECK:       b100008:
// CHECK:       [[X9:%.*]] = getelementptr i8, ptr %state, i64 72
// CHECK-NEXT:  load i64, ptr [[X9]]
  mov x9, #1
  bl callee
  add x0, x0, x9
  ret
callee:
  ret
