// Code that was interrupted, of which Go makes use, is gone back to by a jump through
// a register with the flags that it had, also to where nobody else jumps.
// RUN: %aarch64-cc -nostdlib -static %s -o %t
// RUN: %xlate-tiers %t | %filecheck %s
// RUN: rm -rf %t.cache && %xlate-aot --cache-dir=%t.cache -q %t
// RUN: env -u XLATE_NO_CACHE %xlate-run --cache-dir=%t.cache --no-record --stats %t 2>&1 | %filecheck --check-prefixes=CHECK,IMAGE %s
// RUN: rm -rf %t.cache && %xlate-aot --cache-dir=%t.cache -q --all-llvm %t
// RUN: env -u XLATE_NO_CACHE %xlate-run --cache-dir=%t.cache --no-record --stats %t 2>&1 | %filecheck --check-prefixes=CHECK,IMAGE %s
// CHECK: ok
// IMAGE: baseline units {{ *[0-3]$}}
// IMAGE: aot images {{ *1$}}
        .globl _start
_start: ldr     w19, =300000
        mov     w20, #0
loop:   and     w21, w19, #3
        cmp     w21, #2
        tbz     w19, #2, inside
        // Interrupted here: another flow of control, then back.
        mrs     x0, nzcv
        adr     x27, inside
        cmp     w19, #0
        csinv   w2, w19, wzr, ne
        tbz     w2, #31, restore
        nop
restore: msr    nzcv, x0
        .rept   20
        add     x3, x3, #1
        .endr
        br      x27
inside: cinc    w20, w20, eq
        cinc    w20, w20, hi
        cinc    w20, w20, hi
        subs    w19, w19, #1
        b.ne    loop
        mov     x0, #1
        adr     x1, ok
        ldr     w5, =225000
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
