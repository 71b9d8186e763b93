// A program with a table of labels and one of functions, in need of relocations.
#define NOINLINE __attribute__((noinline, used))

NOINLINE static int interpret(const unsigned char *Code, int X) {
  static void *const Labels[] = {&&Add, &&Double, &&Stop};
  goto *Labels[*Code++];
Add:
  ++X;
  goto *Labels[*Code++];
Double:
  X *= 2;
  goto *Labels[*Code++];
Stop:
  return X;
}

NOINLINE static int negate(int X) { return -X; }
int (*const volatile Functions[])(int) = {negate};

void _start(void) {
  static const unsigned char Code[] = {0, 1, 2};
  register long X0 __asm__("x0") = Functions[0](interpret(Code, 1));
  register long X8 __asm__("x8") = 93;
  __asm__ volatile("svc #0" : : "r"(X0), "r"(X8));
  __builtin_unreachable();
}
