// Many functions, one behind the other, that only a table of pointers knows, as in
// what Go's linker makes.
        .globl _start
_start: adrp    x19, table
        add     x19, x19, :lo12:table
        mov     x20, #0
        mov     x0, #0
1:      ldr     x1, [x19, x20, lsl #3]
        blr     x1
        add     x20, x20, #1
        cmp     x20, #500
        b.ne    1b
        and     x0, x0, #63
        mov     x8, #93
        svc     #0
        udf     #0
first:  .rept   500
        add     x0, x0, #1
        ret
        .endr
        .data
        .balign 8
table:  .set    i, 0
        .rept   500
        .quad   first + 8 * i
        .set    i, i + 1
        .endr
