// Host code of the baseline tier for common integer code: a change here is a
// change of speed. Registers X0-X3, X8, X19, X20, X29, X30 and SP live in rdx, rdi,
// rsi, r8, r9, r12, r13, r14, r15 and rcx, the others in CpuState (%gs).
// REQUIRES: llvm-tier
// RUN: %aarch64-cc -nostdlib -static -Wl,-e,0x400000 -Wl,-Ttext=0x400000 %s -o %t
// RUN: %xlate-run --explain=compare %t > %t.out
// RUN: %xlate-run --explain=ccmp %t >> %t.out
// RUN: %xlate-run --explain=unpinned %t >> %t.out
// RUN: %xlate-run --explain=constants %t >> %t.out
// RUN: %xlate-run --explain=address %t >> %t.out
// RUN: %xlate-run --explain=select %t >> %t.out
// RUN: %xlate-run --explain=bits %t >> %t.out
// RUN: %xlate-run --explain=call %t >> %t.out
// RUN: %xlate-run --explain=prologue %t >> %t.out
// RUN: %filecheck %s < %t.out

	.macro fn name
	.globl \name
	.type \name, %function
\name:
	.endm
	.macro endfn name
	.size \name, .-\name
	.endm

	fn elsewhere
	ret
	endfn elsewhere

// CHECK-LABEL: compare at
	fn compare
// CHECK:      cmp x0, x1 {{.*}}| cmp rdx, rdi
	cmp x0, x1
// CHECK-NEXT: b.hi {{.*}}| ja
	b.hi 1f
// CHECK-NEXT: add x0, x0, #1 {{.*}}| add rdx, 1
	add x0, x0, #1
1:
// CHECK-NEXT: b {{.*}}| mov eax, 4194304
// CHECK-NEXT:         | cmp dword ptr [rsp + {{[0-9]+}}], 0
// CHECK-NEXT:         | jne
// CHECK-NEXT:         | jmp qword ptr [slot]  ; to 400000
	b elsewhere
	endfn compare

// CHECK-LABEL: ccmp at
	fn ccmp
// CHECK:      cmp w0, #5 {{.*}}| cmp edx, 5
	cmp w0, #5
// CHECK-NEXT: ccmp {{.*}}| je
// CHECK-NEXT:            | cmp edi, 7
	ccmp w1, #7, #0, ne
// CHECK-NEXT: b.eq {{.*}}| je
	b.eq 1f
// CHECK-NEXT: mov w0, #1 {{.*}}| mov edx, 1
	mov w0, #1
1:	b elsewhere
	endfn ccmp

// Registers in memory are loaded once and written through.
// CHECK-LABEL: unpinned at
	fn unpinned
// CHECK:      add x5, x4, #8 {{.*}}| mov r10, qword ptr [rsp + 40]
// CHECK-NEXT:                      | lea r11, [r10 + 8]
// CHECK-NEXT:                      | mov qword ptr [rsp + 48], r11
	add x5, x4, #8
// CHECK-NEXT: add x6, x5, x4 {{.*}}| lea rbx, [r11 + r10]
// CHECK-NEXT:                      | mov qword ptr [rsp + 56], rbx
	add x6, x5, x4
// What isn't read again is changed in place.
// CHECK-NEXT: eor x5, x5, x6 {{.*}}| xor r11, rbx
// CHECK-NEXT:                      | mov qword ptr [rsp + 48], r11
	eor x5, x5, x6
	b elsewhere
	endfn unpinned

// What one instruction after the other makes of a constant is one.
// CHECK-LABEL: constants at
	fn constants
// CHECK:      mov x4, {{.*}}| mov [[A:r[0-9a-z]+]]d, 51494
// CHECK-NEXT:               | mov qword ptr [rsp + 40], [[A]]
	mov x4, #51494
// CHECK-NEXT: movk x4, {{.*}}| mov [[B:r[0-9a-z]+]]d, 1546045734
	movk x4, #23590, lsl #16
// CHECK:      movk x4, {{.*}}| movabs [[C:r[0-9a-z]+]], 36525947930918
	movk x4, #8504, lsl #32
// CHECK:      adrp x0, {{.*}}| mov edx, 4194304
	adrp x0, elsewhere
// CHECK-NEXT: add x0, {{.*}}| mov edx, 4194312
	add x0, x0, #8
	b elsewhere
	endfn constants

// CHECK-LABEL: address at
	fn address
// CHECK:      ldr w0, {{.*}}| mov edx, dword ptr [rdi + 4*rsi]
	ldr w0, [x1, x2, lsl #2]
// CHECK-NEXT: str x2, {{.*}}| movsxd r10, r8d
// CHECK-NEXT:               | mov qword ptr [rdx + 8*r10], rsi
	str x2, [x0, w3, sxtw #3]
// CHECK-NEXT: ldp x2, x3, {{.*}}| mov r10, qword ptr [rcx + 32]
// CHECK-NEXT:                   | mov r8, qword ptr [rcx + 40]
// CHECK-NEXT:                   | mov rsi, r10
	ldp x2, x3, [sp, #32]
// CHECK-NEXT: str xzr, [x0] {{.*}}| mov qword ptr [rdx], 0
	str xzr, [x0]
// CHECK-NEXT: ldrb w1, {{.*}}| movzx edi, byte ptr [rdi]
// CHECK-NEXT:                | add rcx, 16
	ldrb w1, [x1]
	add sp, sp, #16
	b elsewhere
	endfn address

// CHECK-LABEL: select at
	fn select
// CHECK:      cmp x0, #0 {{.*}}| test rdx, rdx
	cmp x0, #0
// CHECK-NEXT: csel {{.*}}| mov rdi, r8
// CHECK-NEXT:            | cmovge rdi, rsi
	csel x1, x2, x3, ge
// CHECK-NEXT: cset {{.*}}| setl sil
// CHECK-NEXT:            | movzx esi, sil
	cset w2, lt
	b elsewhere
	endfn select

// CHECK-LABEL: bits at
	fn bits
// CHECK:      tbz {{.*}}| test dl, 8
// CHECK-NEXT:           | je
	tbz w0, #3, 1f
// CHECK-NEXT: tbnz {{.*}}| bt rdi, 40
// CHECK-NEXT:            | jb
	tbnz x1, #40, 1f
// CHECK-NEXT: cbz {{.*}}| cmp dword ptr [rsp + 48], 0
// CHECK-NEXT:           | je
	cbz w5, 1f
	mov x0, #0
1:	b elsewhere
	endfn bits

// CHECK-LABEL: call at
	fn call
// CHECK:      bl {{.*}}| mov r15d,
// CHECK-NEXT:          | mov eax, 4194304
	bl elsewhere
	endfn call

// CHECK-LABEL: prologue at
	fn prologue
// CHECK:      stp {{.*}}| mov qword ptr [rcx - 32], r14
// CHECK-NEXT:           | mov qword ptr [rcx - 24], r15
// CHECK-NEXT:           | add rcx, -32
	stp x29, x30, [sp, #-32]!
// CHECK-NEXT: mov x29, sp {{.*}}| mov r14, rcx
	mov x29, sp
// CHECK-NEXT: stp {{.*}}| mov qword ptr [rcx + 16], r12
// CHECK-NEXT:           | mov qword ptr [rcx + 24], r13
	stp x19, x20, [sp, #16]
	b elsewhere
	endfn prologue
