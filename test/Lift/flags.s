// Flags are computed from their producer; NZCV exist only where they are needed.
// RUN: %assemble
// RUN: %xlate-lift --emit=opt-ir --function=compare %t.o | %filecheck %s --check-prefix=CMP
// RUN: %xlate-lift --emit=opt-ir --function=chain %t.o | %filecheck %s --check-prefix=CHAIN
// RUN: %xlate-lift --emit=opt-ir --function=live %t.o | %filecheck %s --check-prefix=LIVE
// RUN: %xlate-lift --emit=opt-ir --function=overwritten %t.o | %filecheck %s --check-prefix=OVER
// RUN: %xlate-lift --emit=opt-ir --function=float %t.o | %filecheck %s --check-prefix=FLOAT
// RUN: %xlate-lift --emit=opt-ir --function=raise %t.o | %filecheck %s --check-prefix=RAISE
// RUN: %xlate-lift --emit=opt-ir --function=cleared %t.o | %filecheck %s --check-prefix=CLEARED

// CMP-LABEL: @unit_
// CMP-NOT:   store i8
// CMP:       icmp slt i64 %x0, %x1
// CMP-NOT:   store i8
compare:
  cmp x0, x1
  csel x0, x1, x2, lt
  ret

// A conditional compare is a conjunction.
// CHAIN-LABEL: @unit_
// CHAIN-NOT: store i8
// CHAIN-DAG: icmp ugt i32 {{%[0-9]+}}, 9
// CHAIN-DAG: icmp ne i32
// CHAIN:     select i1
// CHAIN-NOT: store i8
// CHAIN:     ret void
chain:
  cmp w0, #9
  ccmp w1, w2, #4, hi
  cset w0, ne
  ret

// An indirect jump may go to code that reads them.
// LIVE-LABEL: @unit_
// LIVE-DAG:  [[N:%.*]] = getelementptr i8, ptr %frame, i64 272
// LIVE-DAG:  store i8 {{%[0-9a-z.]+}}, ptr [[N]]
// LIVE-DAG:  [[Z:%.*]] = getelementptr i8, ptr %frame, i64 273
// LIVE-DAG:  store i8 {{%[0-9a-z.]+}}, ptr [[Z]]
// LIVE-DAG:  [[C:%.*]] = getelementptr i8, ptr %frame, i64 274
// LIVE-DAG:  store i8 {{%[0-9a-z.]+}}, ptr [[C]]
// LIVE-DAG:  [[V:%.*]] = getelementptr i8, ptr %frame, i64 275
// LIVE-DAG:  store i8 {{%[0-9a-z.]+}}, ptr [[V]]
live:
  cmp x0, x1
  br x2

// The target of a branch out of the unit replaces them at once.
// OVER-LABEL: @unit_
// OVER-NOT:  store i8
// OVER:      slot_
// OVER-NOT:  store i8
// OVER:      ret void
overwritten:
  cmp x0, x1
  bl compare
  ret

// FLOAT-LABEL: @unit_
// The comparison of the first condition raises the exceptions.
// FLOAT:     call {{.*}}@llvm.experimental.constrained.fcmp.f64(double [[A:%[0-9]+]], double [[B:%[0-9]+]], metadata !"ult"
// FLOAT-NOT: constrained.fcmp
// FLOAT:     fcmp oeq double [[A]], [[B]]
// FLOAT-NOT: store i8
float:
  fcmp d0, d1
  cset w0, lt
  cset w1, eq
  ret

// There must be one all the same.
// RAISE-LABEL: @unit_
// RAISE:     call {{.*}}@llvm.experimental.constrained.fcmps.f64(
raise:
  fcmpe d0, d1
  fcmp d0, d2
  ret

// A comparison for another condition would raise the exceptions again.
// CLEARED-LABEL: @unit_
// CLEARED-COUNT-2: @llvm.experimental.constrained.fcmp
// CLEARED:         call preserve_allcc void
// CLEARED-NOT:     fcmp
// CLEARED:         ret void
cleared:
  fcmpe d0, d1
  msr fpsr, xzr
  cset w0, gt
  ret
