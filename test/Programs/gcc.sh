# gcc and g++ compile, assemble and link a C and a C++ program, which then run; the
# binutils look at them; make builds a project in parallel.
# RUN: %twins
cat >hello.c <<'END'
#include <math.h>
#include <stdio.h>
#include <string.h>
struct item { char name[16]; double value; };
static double norm(const struct item *items, int n) {
  double s = 0;
  for (int i = 0; i < n; i++)
    s += items[i].value * items[i].value;
  return sqrt(s);
}
int main(int argc, char **argv) {
  struct item items[100];
  for (int i = 0; i < 100; i++) {
    snprintf(items[i].name, sizeof items[i].name, "item %d", i);
    items[i].value = i / 7.0;
  }
  printf("%.6f %s %d\n", norm(items, 100), items[42].name, argc);
  return 17;
}
END
for options in -O2 '-O3 -static' '-O1 -flto' '-g -fsanitize=undefined'; do
  gcc $options hello.c -o hello -lm || continue
  ./hello x y
  echo "gcc $options: $?"
done
gcc -Wall -Wextra -c hello.c 2>&1 | grep -o 'unused parameter'
gcc -E -P - <<<'#define X(a) a##1 #a
X(y)' | tail -n 1
echo 'int main(void) { return undefined_function(); }' >bad.c
gcc -w bad.c -o bad 2>&1 | grep -o 'undefined reference.*'
echo 'int main( { }' | gcc -x c - 2>&1 | grep -c error
cat >hello.cpp <<'END'
#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <numeric>
#include <ranges>
#include <regex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>
template <typename T> concept Number = std::is_arithmetic_v<T>;
template <Number T> T total(const std::vector<T> &v) { return std::accumulate(v.begin(), v.end(), T{}); }
struct Shape { virtual ~Shape() = default; virtual double area() const = 0; };
struct Square : Shape { double s; Square(double s) : s(s) {} double area() const override { return s * s; } };
int main() {
  std::vector<int> v(1000);
  std::iota(v.begin(), v.end(), 1);
  std::cout << total(v) << '\n';
  auto even = v | std::views::filter([](int i) { return i % 2 == 0; }) | std::views::take(5);
  for (int i : even) std::cout << i << ' ';
  std::cout << '\n';
  std::map<std::string, std::unique_ptr<Shape>> shapes;
  for (int i = 0; i < 5; i++) shapes["s" + std::to_string(i)] = std::make_unique<Square>(i * 1.5);
  double area = 0;
  for (auto &[name, shape] : shapes) area += shape->area();
  std::cout << area << '\n';
  std::regex r("(\\d+)-(\\d+)");
  std::smatch m;
  std::string text = "range 10-20";
  if (std::regex_search(text, m, r)) std::cout << m[2] << '\n';
  int sum = 0;
  std::thread t([&] { for (int i : v) sum += i; });
  t.join();
  std::cout << sum << '\n';
  try { throw std::runtime_error("thrown"); } catch (const std::exception &e) { std::cout << e.what() << '\n'; }
}
END
g++ -std=c++20 -O1 hello.cpp -o hellopp -pthread
./hellopp
echo "g++: $?"

echo '== binutils'
gcc -O1 -c hello.c
nm hello.o | sed 's/^[0-9a-f ]*//' | grep -v '\.LC' | sort
ar rcs libhello.a hello.o && ar t libhello.a
gcc -shared -fPIC -x c - -o libplus.so <<<'int plus(int a, int b) { return a + b; }'
gcc -x c - -L. -lplus -Wl,-rpath,"$PWD" -o useplus <<<'#include <stdio.h>
int plus(int, int);
int main(void) { printf("%d\n", plus(40, 2)); }'
./useplus
readelf -h useplus | grep -e Class: -e Type:
readelf -d useplus | grep -o 'Shared library: \[libplus.so\]'
strip useplus && ./useplus
objdump -d libplus.so | grep -c '<plus>:'
objcopy --only-section=.rodata -O binary hello.o rodata && strings rodata | head -n 1
size hello.o >/dev/null && echo size
addr2line -f -e hello 0 | head -n 1

echo '== make'
mkdir project
cd project
for i in 1 2 3 4 5 6; do echo "int f$i(int x) { return x * $i; }" >f$i.c; done
cat >main.c <<'END'
#include <stdio.h>
int f1(int), f2(int), f3(int), f4(int), f5(int), f6(int);
int main(void) { printf("%d\n", f1(1) + f2(2) + f3(3) + f4(4) + f5(5) + f6(6)); }
END
cat >Makefile <<'END'
OBJECTS := $(patsubst %.c,%.o,$(sort $(wildcard *.c)))
program: $(OBJECTS)
	$(CC) -o $@ $^
%.o: %.c
	$(CC) -O1 -c $< -o $@
.PHONY: clean check
clean:; rm -f program *.o
check: program ; ./program && $(MAKE) --no-print-directory sub
sub: ; @echo $(words $(OBJECTS)) $(shell expr 1 + 1) $(origin CC) $(MAKELEVEL)
fail: ; false
END
make -n | head -n 3
make -s -j4 && ./program
make
touch f3.c
make
make check
make fail
echo "= $?"
make missing
echo "= $?"
make clean
