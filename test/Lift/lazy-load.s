// Unpinned registers are loaded where they are first read, and stored only on
// the paths that change them.
// RUN: %assemble
// RUN: %xlate-lift --emit=opt-ir %t.o | %filecheck %s

// CHECK-LABEL: @unit_100000
// CHECK:       entry:
// CHECK-NOT:   load i64
// CHECK:       br i1
// CHECK:       taken:
// CHECK-NOT:   {{store|addrspace.256. inttoptr .i64 168}}
// CHECK:       ret void
// CHECK:       fall:
// CHECK:       load i64, ptr addrspace(256) inttoptr (i64 168 to
// CHECK:       store i64 {{.*}}, ptr addrspace(256) inttoptr (i64 176 to
// CHECK:       ret void
  cbz x0, 1f
  add x22, x21, #1
  ret
1:
  ret
