// The way compilers count bits without CSSC.
// RUN: %assemble
// RUN: %xlate-lift --emit=asm %t.o | %filecheck %s

// CHECK-LABEL: unit_100000:
// CHECK:       popcntq %rdx, %rdx
  fmov d0, x0
  cnt v0.8b, v0.8b
  addv b0, v0.8b
  fmov w0, s0
  ret
