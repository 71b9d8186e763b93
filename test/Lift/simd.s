// Vector primitives become host vector instructions, not evaluator calls.
// RUN: %assemble
// RUN: %xlate-lift --emit=asm %t.o | %filecheck %s

// CHECK-LABEL: unit_100000:
// CHECK-NOT:   callq
// CHECK-DAG:   vpaddw %xmm{{.*}}, %xmm0
// CHECK-DAG:   vpmulld %xmm{{.*}}, %xmm1
// CHECK-DAG:   vpminub %xmm{{.*}}, %xmm2
// CHECK-DAG:   vpcmpgtd %xmm{{.*}}, %xmm3
// CHECK-DAG:   vpunpcklbw
// CHECK-DAG:   vpshufb
// CHECK-DAG:   vpsadbw
// CHECK-DAG:   vpmaddwd
// CHECK-NOT:   callq
// CHECK:       jmpq
  add v0.8h, v0.8h, v1.8h
  mul v1.4s, v1.4s, v2.4s
  umin v2.16b, v2.16b, v3.16b
  cmgt v3.4s, v3.4s, v4.4s
  zip1 v4.16b, v4.16b, v5.16b
  tbl v5.16b, {v5.16b}, v6.16b
  xtn v6.8b, v6.8h
  addv b7, v7.16b
  sdot v0.4s, v1.16b, v2.16b
  ret
