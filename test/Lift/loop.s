// A loop is one unit: registers in SSA values, one load of an unpinned register in
// front of it, and a poll on its back edge, which is that of the last of four copies.
// RUN: %assemble
// RUN: %xlate-lift --emit=opt-ir %t.o | %filecheck %s

// CHECK-LABEL: @unit_100000
// CHECK:       [[X9:%.*]] = getelementptr i8, ptr %frame, i64 80
// CHECK:       load i64, ptr [[X9]]
// CHECK:       br label %b100000
// CHECK:       b100000:
// CHECK:       phi i64
// CHECK-NOT:   ptr [[X9]]
// CHECK-COUNT-4: load volatile i64, ptr %{{.*}}, align 1
// CHECK:       [[POLL:%.*]] = getelementptr i8, ptr %frame, i64 284
// CHECK:       load volatile i32, ptr [[POLL]]
// CHECK:       br i1 {{.*}}, label %b100000
// The poll's exit: ExitReason::Poll, and the dirty register.
// CHECK:       store i64 %{{.*}}, ptr [[X9]]
// CHECK:       store i32 4, ptr
loop:
  ldr x10, [x0], #8
  add x9, x9, x10
  subs x1, x1, #1
  b.ne loop
  ret
