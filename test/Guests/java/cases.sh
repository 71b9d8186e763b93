# OpenJDK 17. The heap is bounded, so that the figures fit a small machine.
export JAVA_HOME
JAVA_HOME=$(echo /usr/lib/jvm/java-17-openjdk-*)
PATH=$JAVA_HOME/bin:$PATH
# What installation scripts copy to /etc.
[ -e /etc/java-17-openjdk/security ] || cp -a "$JAVA_HOME/conf" /etc/java-17-openjdk
java_opts=(-Xmx512m -Xlog:disable -XX:+UseSerialGC)

case_version() { java -version 2>&1 | sed 's/^.*Server VM/VM/'; }

compile() { javac -d . "$GUEST/$1.java"; }

case_hello() { compile Hello && java "${java_opts[@]}" Hello a b; }

gc() { compile GcStress && java -Xmx256m "$1" GcStress; }
case_gc_serial() { gc -XX:+UseSerialGC; }
case_gc_parallel() { gc -XX:+UseParallelGC; }
case_gc_g1() { gc -XX:+UseG1GC; }
case_gc_z() { gc -XX:+UseZGC; }
case_gc_shenandoah() { gc -XX:+UseShenandoahGC; }

case_null() { compile Faults && java "${java_opts[@]}" Faults null; }
case_stack() { compile Faults && java "${java_opts[@]}" Faults stack; }
case_deep() { compile Faults && java "${java_opts[@]}" -Xss64m Faults deep; }
case_exceptions() { compile Faults && java "${java_opts[@]}" Faults exceptions; }
case_threads() { compile Threads && java "${java_opts[@]}" Threads; }
case_interpreted() { compile Threads && java -Xint "${java_opts[@]}" Threads 10; }
case_http() { compile Http && java "${java_opts[@]}" Http; }
case_process() { compile Spawn && java "${java_opts[@]}" Spawn; }
case_jshell() { jshell -R-Xmx512m -s "$GUEST/script.jsh"; }

case_javac() {
  local i
  mkdir src
  for i in $(seq 200); do
    sed "s/@/$i/g; s/#/$((i % 200 + 1))/g" "$GUEST/Template.txt" >"src/C$i.java"
  done
  javac -d classes src/*.java && ls classes | wc -l && java "${java_opts[@]}" -cp classes C1
}
