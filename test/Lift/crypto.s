// AES rounds fuse; the carry-less multiply and SHA use host instructions.
// RUN: %assemble
// RUN: %xlate-lift --cpu=znver2 --emit=asm %t.o | %filecheck %s

// CHECK-LABEL: unit_100000:
// CHECK-NOT:   vaes{{enclast|declast|imc}}
// CHECK-DAG:   vaesenc %
// CHECK-DAG:   vaesdec %
// CHECK-DAG:   vpclmulqdq $0
// CHECK:       sha256rnds2
// CHECK:       sha256rnds2
  aese v0.16b, v1.16b
  aesmc v0.16b, v0.16b
  aesd v1.16b, v2.16b
  aesimc v1.16b, v1.16b
  pmull v2.1q, v2.1d, v3.1d
  sha256h q4, q5, v6.4s
  ret
