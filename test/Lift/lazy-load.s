// Unpinned registers are loaded where they are first read, and stored only on
// the paths that change them.
// RUN: %assemble
// RUN: %xlate-lift --emit=opt-ir %t.o | %filecheck %s

// CHECK-LABEL: @unit_100000
// CHECK:       entry:
// CHECK-NOT:   load i64
// CHECK:       br i1
// CHECK:       taken:
// CHECK-NOT:   {{store|ptr %frame, i64 176}}
// CHECK:       br i1
// CHECK:       fall:
// CHECK:       [[X21:%.*]] = getelementptr i8, ptr %frame, i64 176
// CHECK:       load i64, ptr [[X21]]
// CHECK:       [[X22:%.*]] = getelementptr i8, ptr %frame, i64 184
// CHECK:       store i64 {{.*}}, ptr [[X22]]
// CHECK-NOT:   store
// CHECK:       }
  cbz x0, 1f
  add x22, x21, #1
  ret
1:
  ret
