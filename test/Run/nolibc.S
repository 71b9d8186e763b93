// No C library at all: what the kernel puts on the stack, then two system calls.
// RUN: %aarch64-cc -nostdlib -static %s -o %t
// RUN: %xlate-tiers %t a b c | %filecheck %s
// CHECK: hello without a library
// CHECK-NEXT: exit status 64

        .globl  _start
_start:
        mov     x29, sp
        tst     x29, #15                // 16-byte aligned at entry
        b.ne    fail
        ldr     x19, [sp]               // argc
        add     x20, sp, #8             // argv
        ldr     x0, [x20, x19, lsl #3]
        cbnz    x0, fail                // argv[argc] is null
        add     x20, x20, x19, lsl #3
1:      ldr     x0, [x20, #8]!          // environment
        cbnz    x0, 1b
        mov     x21, #0
2:      ldp     x0, x1, [x20, #8]       // auxiliary vector
        add     x20, x20, #16
        cmp     x0, #6                  // AT_PAGESZ
        csel    x21, x1, x21, eq
        cbnz    x0, 2b
        cmp     x21, #4096
        b.ne    fail

        mov     x0, #1
        adr     x1, text
        mov     x2, #(end - text)
        mov     x8, #64                 // write
        svc     #0
        cmp     x0, #(end - text)
        b.ne    fail
        mov     x8, #999                // no such system call
        svc     #0
        cmn     x0, #38                 // -ENOSYS
        b.ne    fail
        lsl     x0, x19, #4             // argc is 4
        mov     x8, #94                 // exit_group
        svc     #0
fail:   mov     x0, #1
        mov     x8, #94
        svc     #0
text:   .ascii  "hello without a library\n"
end:
