// --perf-map names the units of a process, and of its child, for perf.
// RUN: %aarch64-cc -O2 -static %s -o %t
// RUN: %xlate-run --tier=baseline --perf-map %t > %t.pids
// RUN: sh -c 'for p in $(cat %t.pids); do cat /tmp/perf-$p.map; echo END; \
// RUN:   rm /tmp/perf-$p.map; done' | %filecheck %s
// CHECK: {{^[0-9a-f]+ [0-9a-f]+ baseline 0x[0-9a-f]+ perf-map.c.tmp\+0x[0-9a-f]+$}}
// CHECK: END
// CHECK: {{^[0-9a-f]+ [0-9a-f]+ baseline 0x[0-9a-f]+ perf-map.c.tmp\+0x[0-9a-f]+$}}
// CHECK: END

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main() {
  fflush(stdout);
  pid_t Child = fork();
  printf("%d\n", getpid());
  fflush(stdout);
  if (Child)
    waitpid(Child, 0, 0);
}
