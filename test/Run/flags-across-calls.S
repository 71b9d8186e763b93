// Functions that read the caller's flags, or return some: against the procedure call
// standard, but hand-written code does it.
// RUN: %aarch64-cc -nostdlib -static %s -o %t
// RUN: %xlate-tiers %t | %filecheck %s
// CHECK: ok
        .globl _start
_start: mov     w19, #3
again:  cmp     w19, #2                 // flags for the callee
        bl      higher
        cmp     w19, #3
        cset    w2, eq
        cmp     w0, w2
        b.ne    bad
        subs    w19, w19, #1
        b.ne    again
        bl      less                    // its flags come back
        b.ge    bad
        adr     x1, ok
        b       print
bad:    adr     x1, wrong
print:  mov     x0, #1
        mov     x2, #6
        mov     x8, #64
        svc     #0
        mov     x0, #0
        mov     x8, #93
        svc     #0
higher: .rept   8                       // padding hides nothing
        nop
        .endr
        cset    w0, hi
        ret
less:   mov     w1, #1
        cmp     w1, #2
        ret
ok:     .ascii "ok   \n"
wrong:  .ascii "wrong\n"
