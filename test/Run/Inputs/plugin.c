// Loaded by dlopen.c: constructors, thread-local storage, calls back.
#include <stdio.h>

extern int callback(int);
__thread int PluginTls = 11;
__attribute__((constructor)) static void loaded(void) { puts("plugin: loaded"); }
__attribute__((destructor)) static void unloaded(void) { puts("plugin: unloaded"); }
int pluginEntry(int X) { return callback(X) + ++PluginTls; }

static int fast(int X) { return X * 2; }
static void *resolve(void) { return fast; }
int pluginIfunc(int) __attribute__((ifunc("resolve")));
