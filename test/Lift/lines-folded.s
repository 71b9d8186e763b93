// An access keeps its line when another instruction absorbs it.
// RUN: %assemble
// RUN: %xlate-lift --emit=asm %t.o | %filecheck %s

// CHECK-LABEL: unit_100000:
// CHECK:       .loc 1 1 0
// CHECK:       addq (%rdx), %r
// CHECK:       .loc 1 4 0
// CHECK:       movzwl (%rdi,%r
  ldr x9, [x0]
  add x1, x1, x9
  mov x9, #0
  ldrh w9, [x1, w0, sxtw #1]
  udiv x10, x10, x9
  ret
