// Floating point: strict operations, NaN results on a cold path.
// RUN: %assemble
// RUN: %xlate-lift --emit=opt-ir --function=scalar %t.o | %filecheck %s --check-prefix=IR
// RUN: %xlate-lift --emit=asm --function=scalar %t.o | %filecheck %s --check-prefix=SCALAR
// RUN: %xlate-lift --emit=asm --function=vector %t.o | %filecheck %s --check-prefix=VECTOR
// RUN: %xlate-lift --emit=asm --function=convert %t.o | %filecheck %s --check-prefix=CONVERT

// IR:         call double @llvm.experimental.constrained.fmul.f64({{.*}} metadata !"round.dynamic", metadata !"fpexcept.strict")
// IR:         fcmp uno
// IR:         br i1 {{.*}}, label %cold{{[0-9]*}}, label %on{{[0-9]*}}, {{.*}}!prof
// IR:         call preserve_allcc void

// SCALAR:     vmulsd %xmm1, %xmm0
// SCALAR:     vucomisd
// SCALAR:     jp
// SCALAR:     vfmadd
scalar:
  fmul d0, d0, d1
  fmadd d0, d1, d2, d0
  ret

// VECTOR:     vaddps %xmm1, %xmm0
// VECTOR:     vcmpunordps
// VECTOR:     vdivps
vector:
  fadd v0.4s, v0.4s, v1.4s
  fdiv v0.4s, v0.4s, v2.4s
  ret

// CONVERT:    vcvttsd2si %xmm0, %r
// CONVERT:    vcvtsi2sd
// CONVERT:    vcvtsd2ss
convert:
  fcvtzs x0, d0
  scvtf d1, x1
  fcvt s2, d2
  ret
