// Floating point: strict operations. NaN results of several are found by one
// check, of the results that no other one took, and computed on a cold path. For
// guests that look at FPSR the results of products are all compared with the smallest
// normal number, too.
// RUN: %assemble
// RUN: %xlate-lift --emit=asm --function=scalar %t.o | %filecheck %s --check-prefix=PLAIN
// RUN: %xlate-lift --exact-underflow --emit=opt-ir --function=scalar %t.o | %filecheck %s --check-prefix=IR
// RUN: %xlate-lift --exact-underflow --emit=asm --function=scalar %t.o | %filecheck %s --check-prefix=SCALAR
// RUN: %xlate-lift --exact-underflow --emit=asm --function=vector %t.o | %filecheck %s --check-prefix=VECTOR
// RUN: %xlate-lift --trap-invalid --emit=asm --function=scalar %t.o | %filecheck %s --check-prefix=TRAP
// RUN: %xlate-lift --trap-invalid --emit=asm --function=trapping %t.o | %filecheck %s --check-prefix=TRAPPING
// RUN: %xlate-lift --emit=asm --function=store %t.o | %filecheck %s --check-prefix=STORE
// RUN: %xlate-lift --emit=asm --function=convert %t.o | %filecheck %s --check-prefix=CONVERT

// IR:         call double @llvm.experimental.constrained.fmul.f64({{.*}} metadata !"round.dynamic", metadata !"fpexcept.strict")
// IR:         call double @llvm.fabs.f64
// IR:         fcmp ueq double {{.*}}, 0x10000000000000
// IR:         br i1 {{.*}}, label %cold{{[0-9]*}}, label %on{{[0-9]*}}, {{.*}}!prof
// IR:         call preserve_allcc void

// PLAIN:      vmulsd %xmm1, %xmm0
// PLAIN-NOT:  vandpd
// PLAIN:      vfmadd{{[0-9]*}}sd
// PLAIN-NOT:  vandpd
// PLAIN:      vucomisd [[R:%xmm[0-9]+]], [[R]]
// PLAIN-NEXT: jp
// PLAIN-NOT:  vucomisd

// Of operations that trap only FMADD's result is looked at.
// TRAP:       vmulsd %xmm1, %xmm0
// TRAP:       vfmadd{{[0-9]*}}sd
// TRAP:       vucomisd [[R:%xmm[0-9]+]], [[R]]
// TRAP-NEXT:  jp
// TRAP-NOT:   vucomisd

// SCALAR:     vmulsd %xmm1, %xmm0
// SCALAR-NOT: vucomisd
// SCALAR:     vfmadd{{[0-9]*}}sd
// SCALAR:     vandpd
// SCALAR:     vucomisd
// SCALAR:     je
// SCALAR:     vandpd
// SCALAR:     vucomisd
// SCALAR:     je
// SCALAR-NOT: vucomisd
// SCALAR:     callq
// SCALAR:     callq
// SCALAR-NOT: callq
scalar:
  fmul d0, d0, d1
  fmadd d0, d1, d2, d0
  ret

// VECTOR:     vaddps %xmm1, %xmm0
// VECTOR-NOT: vcmp
// VECTOR:     vdivps
// VECTOR:     vmulps
// VECTOR:     vcmpeq_uqps
// VECTOR:     vcmpeq_uqps
// VECTOR:     vtestps
// VECTOR-NOT: vcmp
vector:
  fadd v0.4s, v0.4s, v1.4s
  fdiv v0.4s, v0.4s, v2.4s
  fmul v1.4s, v1.4s, v2.4s
  ret

// In the order that is written there, because of two NaNs the first counts.
// TRAPPING-NOT: {{v?u?comis|vcmp}}
// TRAPPING:     vaddps %xmm1, %xmm0
// TRAPPING:     vmulps %xmm0, %xmm1
// TRAPPING:     vsqrtpd
// TRAPPING:     vroundsd
// TRAPPING:     vcvtsd2ss
// TRAPPING-NOT: {{v?u?comis|vcmp}}
trapping:
  fadd v2.4s, v0.4s, v1.4s
  fmul v3.4s, v1.4s, v0.4s
  fsqrt v4.2d, v2.2d
  frintm d5, d5
  fcvt s6, d5
  ret

// A store wants its value exact; numbers are loaded into vector registers.
// STORE:      vmovsd (%rdx), [[A:%xmm[0-9]+]]
// STORE:      vaddsd {{.*}}[[A]]{{.*}}, [[R:%xmm[0-9]+]]
// STORE:      vucomisd [[R]], [[R]]
// STORE:      vmovsd [[R]], 8(%rdx)
store:
  ldr d1, [x0]
  fadd d1, d0, d1
  str d1, [x0, #8]
  ret

// CONVERT:    vcvttsd2si %xmm0, %r
// CONVERT:    vcvtsi2sd
// CONVERT:    vcvtsd2ss
convert:
  fcvtzs x0, d0
  scvtf d1, x1
  fcvt s2, d2
  ret
