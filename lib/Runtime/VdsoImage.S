//===- VdsoImage.S - The guest's vDSO as bytes ----------------------------===//
	.section .rodata.xlate_vdso, "a", %progbits
	.balign	16
	.globl	xlate_vdso_start
	.hidden	xlate_vdso_start
xlate_vdso_start:
	.incbin	XLATE_VDSO_FILE
	.globl	xlate_vdso_end
	.hidden	xlate_vdso_end
xlate_vdso_end:
	.section .note.GNU-stack, "", %progbits
