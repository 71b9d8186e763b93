// A small function becomes part of the unit that calls it. Its return compares
// the address with those that follow the calls in the unit. The way to the second
// one leaves the loop that both calls make of the callee.
// RUN: %assemble
// RUN: %xlate-lift --max-callee=10 --emit=llvm-ir %t.o | %filecheck %s
// RUN: %xlate-lift --emit=llvm-ir %t.o | %filecheck --check-prefix=APART %s

// CHECK-LABEL: @unit_100000
// CHECK-NOT:   @slot_
// CHECK:       b100000:
// CHECK:       br label %b100014
// CHECK:       b100014:
// CHECK:       br i1 {{.*}}, label %taken, label %fall
// CHECK:       switch i64 %{{.*}}, label %elsewhere{{[0-9]*}} [
// CHECK-NEXT:    i64 1048584, label %b100008
// CHECK-NEXT:    i64 1048592, label %way
// CHECK-NEXT:  ]
// APART:       load volatile ptr, ptr @slot_100014
  mov x9, #1
  bl callee
  add x0, x0, x9
  bl callee
  ret
callee:
  cbz x0, 1f
  add x0, x0, #1
1:
  ret
