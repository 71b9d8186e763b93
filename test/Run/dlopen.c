// dlopen and dlclose, many times and from threads; symbols, TLS of libraries, ifuncs.
// RUN: %aarch64-cc -O2 -shared -fPIC %S/Inputs/plugin.c -o %t.so
// RUN: %aarch64-cc -O2 -rdynamic -pthread %s -o %t -ldl
// RUN: %xlate-quick-tiers -L %sysroot %t %t.so | %filecheck %s

#define _GNU_SOURCE
#include <dlfcn.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

int callback(int X) { return X + 1000; }

typedef int (*Entry)(int);
static Entry E;

static void *thread(void *P) {
  // Every thread starts with its own copy of the library's variable.
  return (void *)(long)(E(0) + E(0));
}

int main(int argc, char **argv) {
  void *H = dlopen(argv[1], RTLD_NOW);
  if (!H) {
    puts(dlerror());
    return 1;
  }
  // CHECK: plugin: loaded
  E = (Entry)dlsym(H, "pluginEntry");
  printf("entry: %d %d\n", E(1), E(1));
  // CHECK-NEXT: entry: 1013 1014
  printf("ifunc: %d\n", ((Entry)dlsym(H, "pluginIfunc"))(21));
  // CHECK-NEXT: ifunc: 42
  pthread_t T[8];
  long Sum = 0;
  for (int I = 0; I < 8; ++I)
    pthread_create(&T[I], 0, thread, 0);
  for (int I = 0; I < 8; ++I) {
    void *R;
    pthread_join(T[I], &R);
    Sum += (long)R;
  }
  printf("threads: %ld\n", Sum);
  // CHECK-NEXT: threads: 16200
  Dl_info Info;
  dladdr((void *)E, &Info);
  printf("dladdr: %s in %s\n", Info.dli_sname,
         strcmp(Info.dli_fname, argv[1]) ? Info.dli_fname : "the plugin");
  // CHECK-NEXT: dladdr: pluginEntry in the plugin
  fflush(stdout);
  dlclose(H);
  // CHECK-NEXT: plugin: unloaded
  puts(dlopen("libnone.so.1", RTLD_LAZY) ? "found" : dlerror());
  // CHECK-NEXT: libnone.so.1: cannot open shared object file: No such file or directory
  void *M = dlopen("libm.so.6", RTLD_LAZY);
  double (*Cos)(double) = (double (*)(double))dlsym(M, "cos");
  printf("cos: %.6f\n", Cos(1));
  // CHECK-NEXT: cos: 0.540302
  freopen("/dev/null", "w", stdout);
  for (int I = 0; I < 50; ++I) {
    H = dlopen(argv[1], RTLD_NOW);
    E = (Entry)dlsym(H, "pluginEntry");
    if (E(1) != 1013)
      return 2;
    dlclose(H);
  }
  return 42;
  // CHECK-NEXT: exit status 42
}
