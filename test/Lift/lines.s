// Every access carries the line that names its guest instruction.
// RUN: %assemble
// RUN: %xlate-lift %t.o | %filecheck %s

// CHECK: load volatile i64{{.*}} !dbg ![[L2:[0-9]+]]
// CHECK: load volatile i64{{.*}} !dbg ![[L3:[0-9]+]]
// CHECK-DAG: ![[L2]] = !DILocation(line: 2, scope
// CHECK-DAG: ![[L3]] = !DILocation(line: 3, scope
  add x0, x0, #8
  ldr x1, [x0]
  ldr x2, [x1]
  ret
