// The recorded primitives that all tiers share.
// RUN: %assemble
// RUN: %xlate-lift --emit=uops %t.o | %filecheck %s

// CHECK: 0x100000:
// CHECK: %[[A:[0-9]+]]:x = getReg #0x1
// CHECK: %[[B:[0-9]+]]:x = getReg #0x2
// CHECK: flagsSub %[[A]] %[[B]]
// CHECK: setReg %{{[0-9]+}} #0
// CHECK: 0x100004:
// CHECK: brInd
  subs x0, x1, x2
  ret
