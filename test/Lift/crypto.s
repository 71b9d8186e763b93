// AES rounds fuse; the carry-less multiply and SHA use host instructions.
// RUN: %assemble
// RUN: %xlate-lift --cpu=znver2 --emit=asm --function=single %t.o | %filecheck %s
// RUN: %xlate-lift --cpu=znver2 --emit=asm --function=rounds %t.o | %filecheck %s --check-prefix=ROUNDS
// RUN: %xlate-lift --cpu=znver2 --emit=asm --function=gcm %t.o | %filecheck %s --check-prefix=GCM
// RUN: %xlate-lift --cpu=znver2 --emit=asm --function=carry %t.o | %filecheck %s --check-prefix=CARRY
// RUN: %xlate-lift --cpu=znver2 --emit=asm --function=sha512 %t.o | %filecheck %s --check-prefix=SHA512

// CHECK-LABEL: unit_100000:
// CHECK-NOT:   vaes{{enclast|declast|imc}}
// CHECK-DAG:   vaesenc %
// CHECK-DAG:   vaesdec %
// CHECK-DAG:   vpclmulqdq $0
// CHECK-DAG:   sha256rnds2
// CHECK-DAG:   sha256rnds2
single:
  aese v0.16b, v1.16b
  aesmc v0.16b, v0.16b
  aesd v1.16b, v2.16b
  aesimc v1.16b, v1.16b
  pmull v2.1q, v2.1d, v3.1d
  sha256h q4, q5, v6.4s
  ret

// One instruction a round: the key that Arm adds first in the next round is the
// one that x86 adds last in this one.
// ROUNDS:      vpxor %xmm{{[01]}}, %xmm{{[01]}}, [[R:%xmm[0-9]+]]
// ROUNDS:      vaesenc %xmm2, [[R]], [[R]]
// ROUNDS:      vaesenclast %xmm3, [[R]], [[R]]
// ROUNDS-NOT:  vpxor
// ROUNDS:      jmpq
rounds:
  aese v0.16b, v1.16b
  aesmc v0.16b, v0.16b
  aese v0.16b, v2.16b
  eor v0.16b, v0.16b, v3.16b
  ret

// GCM-NOT:   vpshufd
// GCM:       vpclmulqdq $17, %xmm3, %xmm2
// GCM-NOT:   vpshufd
// GCM:       jmpq
gcm:
  pmull2 v2.1q, v2.2d, v3.2d
  ret

// Carries stay in the host's flags, also across multiplications.
// CARRY:     addq
// CARRY-NOT: set
// CARRY:     adcq
// CARRY-NOT: set
// CARRY:     adcq
// CARRY-NOT: set
// CARRY:     jmpq
carry:
  adds x0, x0, x1
  umulh x1, x1, x2
  adcs x2, x2, x3
  adc x3, x3, x8
  adds xzr, xzr, xzr
  ret

// SHA512-NOT:     callq
// SHA512-COUNT-6: rorxq
// SHA512-NOT:     callq
// SHA512:         jmpq
.arch_extension sha3
sha512:
  sha512h q4, q5, v6.2d
  ret
