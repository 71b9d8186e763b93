// Host code of the baseline tier for loops and branches; see integer.s.
// REQUIRES: llvm-tier
// RUN: %aarch64-cc -nostdlib -static -Wl,-e,0x400000 -Wl,-Ttext=0x400000 %s -o %t
// RUN: %xlate-run --explain=loop %t > %t.out
// RUN: %xlate-run --explain=return %t >> %t.out
// RUN: %xlate-run --explain=side_exit %t >> %t.out
// RUN: %filecheck %s < %t.out

	.macro fn name
	.globl \name
	.type \name, %function
\name:
	.endm
	.macro endfn name
	.size \name, .-\name
	.endm

// A loop stays in its unit, and a register that lives in memory stays in a host
// register all around it.
// CHECK-LABEL: loop at
	fn loop
// CHECK:      mov x4, #0 {{.*}}| mov [[X4:r[0-9a-z]+]]d, 0
// CHECK-NEXT:                  | mov qword ptr [rsp + 40], [[X4]]
	mov x4, #0
1:
// CHECK-NEXT: ldrb w3, {{.*}}| movzx r8d, byte ptr [rdi + [[X4]]]
	ldrb w3, [x1, x4]
// CHECK-NEXT: add x4, {{.*}}| add [[X4]], 1
// CHECK-NEXT:               | mov qword ptr [rsp + 40], [[X4]]
	add x4, x4, #1
// CHECK-NEXT: add x0, x0, x3 {{.*}}| add rdx, r8
	add x0, x0, x3
// CHECK-NEXT: cmp x4, x2 {{.*}}| cmp [[X4]], rsi
	cmp x4, x2
// CHECK-NEXT: b.ne {{.*}}| je
// CHECK-NEXT:            | cmp dword ptr [rsp + {{[0-9]+}}], 0
// CHECK-NEXT:            | je
	b.ne 1b
	b return
	endfn loop

// CHECK-LABEL: return at
	fn return
// CHECK:      ret {{.*}}| mov rax, r15
// CHECK-NEXT:           | mov r10d, eax
// CHECK-NEXT:           | shl r10d, 2
// CHECK-NEXT:           | and r10d,
// CHECK-NEXT:           | add r10, qword ptr [rsp + 
// CHECK-NEXT:           | cmp qword ptr [r10], rax
// CHECK-NEXT:           | jne
// CHECK-NEXT:           | jmp qword ptr [r10 + 8]
	ret
	endfn return

// Going on behind a conditional branch; the flags of the comparison are dead on
// both sides, and what leaves stands behind the unit.
// CHECK-LABEL: side_exit at
	fn side_exit
// CHECK:      cmp w1, #3 {{.*}}| cmp edi, 3
// CHECK-NEXT: b.eq {{.*}}| je
// CHECK-NEXT: mov x0, x1 {{.*}}| mov rdx, rdi
// CHECK-NEXT: cmp
	ldr w1, [x0, #8]
	cmp w1, #3
	b.eq loop
	mov x0, x1
	cmp x0, x2
	b.lo return
	b loop
	endfn side_exit
