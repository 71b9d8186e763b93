//===- vdso.S - The guest's vDSO (arm64 code) -----------------------------===//
//
// What the arm64 kernel offers to user space by AT_SYSINFO_EHDR. Assembled and
// linked for arm64 at build time and embedded in the runtime.
//
// The clock functions use SVCs with immediates of their own: to the guest they
// are ordinary system calls, but translated code answers them in place (see
// VdsoSvc in xlate/Ops/Uop.h).
//
//===----------------------------------------------------------------------===//

	.macro	func name
	.globl	\name
	.type	\name, %function
\name:
	.endm

	.macro	endfunc name
	.size	\name, . - \name
	.endm

	.text

	// Unwinders look up the return address minus one, which is before the
	// function that a signal handler returns to: the NOP belongs to its FDE. CFA
	// is the frame record that the signal frame ends with; x29 points at it.
	.balign	16
	.cfi_startproc
	.cfi_signal_frame
	.cfi_def_cfa	x29, 0
	.cfi_offset	x29, 0
	.cfi_offset	x30, 8
	nop
	func	__kernel_rt_sigreturn
	// Unwinders without CFI know a signal frame by exactly these two words.
	mov	x8, #139
	svc	#0
	.cfi_endproc
	endfunc	__kernel_rt_sigreturn

	.macro	syscall name, number, immediate
	.balign	16
	func	\name
	.cfi_startproc
	mov	x8, #\number
	svc	#\immediate
	ret
	.cfi_endproc
	endfunc	\name
	.endm

	syscall	__kernel_clock_gettime, 113, 0x7864
	syscall	__kernel_clock_getres, 114, 0x7865
	syscall	__kernel_gettimeofday, 169, 0x7866

	.section .note.Linux, "a", %note
	.balign	4
	.long	6			// "Linux\0"
	.long	4
	.long	0			// NT_VERSION
	.asciz	"Linux"
	.balign	4
	.long	0x060100

	.section .note.GNU-stack, "", %progbits
