// A call leaves the unit and the callee returns into it: the unit begins with a
// switch over half of the guest PC, and the block after the call loads what it needs.
// RUN: %assemble
// RUN: %xlate-lift --emit=llvm-ir %t.o | %filecheck %s

// CHECK-LABEL: @unit_100000
// CHECK:       [[LOW:%.*]] = trunc i64 %pc to i32
// CHECK-NEXT:  switch i32 [[LOW]], label %enter100000 [
// CHECK-NEXT:    i32 1048584, label %enter100008
// CHECK-NEXT:  ]
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
