// Write-through: CpuState is exact before each access that may fault.
// RUN: %assemble
// RUN: %xlate-lift --write-through --emit=opt-ir %t.o | %filecheck %s

// The pinned registers as the unit received them.
// CHECK:     store i64 %x0, ptr addrspace(256) null
// CHECK:     store i64 %sp, ptr addrspace(256) inttoptr (i64 248 to
// CHECK:     store <2 x i64> %v7, ptr addrspace(256)
// X1, then the access; X9 has not changed yet.
// CHECK:     [[X1:%.*]] = add i64 %x1, 1
// CHECK:     store i64 [[X1]], ptr addrspace(256) inttoptr (i64 8 to
// CHECK-NOT: store
// CHECK:     [[X9:%.*]] = load volatile i64
// CHECK:     store i64 [[X9]], ptr addrspace(256) inttoptr (i64 72 to
// CHECK:     load volatile i64
  add x1, x1, #1
  ldr x9, [x0]
  ldr x10, [x9]
  ret
