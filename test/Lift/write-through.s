// Write-through: CpuState is exact before each access that may fault.
// RUN: %assemble
// RUN: %xlate-lift --write-through --emit=opt-ir %t.o | %filecheck %s

// The pinned registers as the unit received them.
// CHECK:     [[X0:%.*]] = getelementptr i8, ptr %frame, i64 8
// CHECK:     store i64 %x0, ptr [[X0]]
// CHECK:     [[X1AT:%.*]] = getelementptr i8, ptr %frame, i64 16
// CHECK:     [[SP:%.*]] = getelementptr i8, ptr %frame, i64 256
// CHECK:     store i64 %sp, ptr [[SP]]
// CHECK:     store <2 x i64> %v7, ptr
// X1, then the access; X9 has not changed yet.
// CHECK:     [[X1:%.*]] = add i64 %x1, 1
// CHECK:     store i64 [[X1]], ptr [[X1AT]]
// CHECK-NOT: store
// CHECK:     [[X9:%.*]] = load volatile i64
// CHECK:     [[X9AT:%.*]] = getelementptr i8, ptr %frame, i64 80
// CHECK:     store i64 [[X9]], ptr [[X9AT]]
// CHECK:     load volatile i64
  add x1, x1, #1
  ldr x9, [x0]
  ldr x10, [x9]
  ret
