// Functions that only load and store are called with flags that are used afterwards:
// Go's compiler does so. Called often, too, for the optimising tier.
// RUN: %aarch64-cc -nostdlib -static %s -o %t
// RUN: %xlate-tiers %t | %filecheck %s
// CHECK: ok
        .globl _start
_start: mov     w19, #40000
        adr     x25, from
        adr     x26, to
again:  and     w20, w19, #3
        cmp     w20, #2                 // used behind two calls and a branch
        mov     x16, x26
        tbz     w19, #0, 1f
        add     x16, x16, #16
1:      bl      zero
        mov     x16, x25
        mov     x17, x26
        bl      copy+16                 // into its middle
        b       2f
        nop
2:      cset    w1, hi
        cset    w2, eq
        cset    w3, lo
        add     w2, w2, w1, lsl #1
        add     w2, w2, w3, lsl #2
        adr     x4, want
        ldrb    w4, [x4, w20, uxtw]
        cmp     w2, w4
        b.ne    bad
        ldr     x5, [x26, #24]
        cmp     x5, x25
        b.lo    bad
        mov     x16, x26
        cmp     w19, #1
        bl      zero
        b.ne    3f
        b       good
3:      subs    w19, w19, #1
        mov     x16, x26
        bl      one
        b.ne    again
        b       bad
good:   adr     x1, ok
        b       print
bad:    adr     x1, wrong
print:  mov     x0, #1
        mov     x2, #6
        mov     x8, #64
        svc     #0
        mov     x0, #0
        mov     x8, #93
        svc     #0
        .balign 16
zero:   .rept   6
        stp     xzr, xzr, [x16], #16
        .endr
        stp     xzr, xzr, [x16]
        ret
one:    str     x25, [x16], #8
        ret
        .balign 16
copy:   .rept   6
        ldp     x21, x22, [x16], #16
        stp     x21, x22, [x17], #16
        .endr
        ret
ok:     .ascii "ok   \n"
wrong:  .ascii "wrong\n"
want:   .byte   4, 4, 1, 2
        .balign 16
from:   .quad   from, from, from, from, from, from, from, from, from, from, from, from
        .quad   from, from, from, from, from, from, from, from, from, from, from, from
        .data
        .balign 16
to:     .space  256
