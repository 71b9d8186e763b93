// Idioms of the C library's string functions: a few host instructions each, no
// evaluator.
// RUN: %assemble
// RUN: %xlate-lift --cpu=znver2 --emit=asm --function=strlen %t.o | %filecheck %s --check-prefix=STRLEN
// RUN: %xlate-lift --cpu=znver2 --emit=asm --function=memchr %t.o | %filecheck %s --check-prefix=MEMCHR
// RUN: %xlate-lift --cpu=znver2 --emit=asm --function=words %t.o | %filecheck %s --check-prefix=WORDS
// RUN: %xlate-lift --cpu=znver2 --emit=asm --function=copy %t.o | %filecheck %s --check-prefix=COPY

// STRLEN-NOT: callq
// STRLEN:     vpcmpeqb
// STRLEN-NOT: callq
// STRLEN:     tzcnt
// STRLEN-NOT: callq
// STRLEN:     jmpq
strlen:
  ldr q1, [x1]
  cmeq v1.16b, v1.16b, #0
  shrn v1.8b, v1.8h, #4
  fmov x2, d1
  rbit x2, x2
  clz x0, x2
  ret

// MEMCHR-NOT: callq
// MEMCHR:     vpcmpeqb
// MEMCHR-NOT: callq
// MEMCHR:     vpcmpeqb
// MEMCHR-NOT: callq
// MEMCHR:     vpor
// MEMCHR-NOT: callq
// MEMCHR:     jmpq
memchr:
  ldp q1, q2, [x1]
  cmeq v3.16b, v1.16b, v0.16b
  cmeq v4.16b, v2.16b, v0.16b
  orr v1.16b, v3.16b, v4.16b
  umaxp v1.16b, v1.16b, v1.16b
  fmov x0, d1
  cbnz x0, memchr
  ret

// The zero byte of a word, by carries.
// WORDS-NOT: callq
// WORDS:     andnq
// WORDS-NOT: callq
// WORDS:     bswapq
// WORDS:     jmpq
words:
  ldr x2, [x0]
  mov x8, #0x101010101010101
  sub x4, x2, x8
  orr x6, x2, #0x7f7f7f7f7f7f7f7f
  bics x4, x4, x6
  rev x0, x4
  ret

// COPY-NOT: callq
// COPY:     vmovups {{.*}}(%rdi)
// COPY:     vmovups {{.*}}(%rdi)
// COPY:     vmovups %xmm{{.*}}, {{.*}}(%rdx)
// COPY:     vmovups %xmm{{.*}}, {{.*}}(%rdx)
// COPY-NOT: callq
// COPY:     jmpq
copy:
  ldp q0, q1, [x1]
  stp q0, q1, [x0, #32]
  ret
