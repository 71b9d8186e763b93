// Flags that are set before a jump through a register and read behind it: no
// compiler does it, hand-written code may. Long enough for hot code, with the
// targets that read them reached early and late.
// REQUIRES: xlate-aot
// RUN: %aarch64-cc -nostdlib -static %s -o %t
// RUN: %xlate-tiers %t | %filecheck %s
// RUN: rm -rf %t.cache && %xlate-aot --cache-dir %t.cache -q %t
// RUN: env -u XLATE_NO_CACHE %xlate-run --cache-dir=%t.cache --no-record %t | %filecheck %s
// CHECK: ok
        .globl _start
_start: ldr     w19, =4000000
        mov     w20, #0
        adr     x4, table
loop:   and     w5, w19, #3
        lsr     w6, w19, #20
        ldr     w7, [x4, x5, lsl #2]
        add     x7, x4, w7, sxtw
        cmp     w6, #1                  // flags for the target
        br      x7
        .balign 4
table:  .word   one - table, two - table, one - table, three - table
one:    add     w20, w20, #1            // reads none
        b       next
two:    cinc    w20, w20, hs            // reads them
        b       next
three:  nop
        cinc    w20, w20, eq
next:   subs    w19, w19, #1
        b.ne    loop
        mov     x0, #1
        adr     x1, ok
        ldr     w5, =3000000
        cmp     w20, w5
        adr     x2, wrong
        csel    x1, x1, x2, eq
        mov     x2, #6
        mov     x8, #64
        svc     #0
        mov     x0, #0
        mov     x8, #93
        svc     #0
ok:     .ascii "ok   \n"
wrong:  .ascii "wrong\n"
