// Cycles visit the safepoint. A jump backwards that is in no cycle doesn't, nor does a
// call of a function further up that is part of the unit.
// RUN: %assemble
// RUN: %xlate-lift --emit=opt-ir --function=back %t.o | %filecheck %s
// RUN: %xlate-lift --max-callee=10 --emit=opt-ir --function=caller %t.o | %filecheck %s
// RUN: %xlate-lift --emit=opt-ir --function=cycle %t.o | %filecheck %s --check-prefix=CYCLE

// CHECK-NOT: i64 284
1:
  add x1, x1, #1
  ret
back:
  cbz x0, 1b
  add x1, x1, #2
  ret

callee:
  cbz x0, 2f
  add x0, x0, #1
2:
  ret
caller:
  mov x9, x30
  bl callee
  mov x30, x9
  ret

// CYCLE-COUNT-1: i64 284
// CYCLE-NOT:     i64 284
3:
  add x1, x1, #1
  cbz x2, 4f
cycle:
  cbnz x0, 3b
4:
  ret
