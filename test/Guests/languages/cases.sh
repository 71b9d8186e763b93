# Implementations of many languages, most of which make code at run time.

case_luajit() { luajit "$GUEST/bench.lua"; }
case_luajit_interpreter() { luajit -joff "$GUEST/bench.lua"; }
case_pypy() { pypy3 "$GUEST/bench.py"; }
case_ocaml_byte() { cp "$GUEST/bench.ml" . && ocamlc -o bench bench.ml && ocamlrun ./bench; }
case_ocaml_native() { cp "$GUEST/bench.ml" . && ocamlopt -o bench bench.ml && ./bench; }
case_erlang() { cp "$GUEST/bench.erl" . && erlc bench.erl && erl -noshell -s bench main -s init stop; }
case_pandoc() { pandoc -f markdown -t html "$GUEST/text.md" && pandoc -f markdown -t latex "$GUEST/text.md" && pandoc -f html -t native <(pandoc "$GUEST/text.md"); }
case_mono() { mcs -out:bench.exe "$GUEST/bench.cs" && mono bench.exe; }
# Alternatives.
[ -e /usr/bin/guile ] || ln -s guile-3.0 /usr/bin/guile
[ -e /usr/bin/php ] || ln -s php8.2 /usr/bin/php
case_guile() { guile --no-auto-compile "$GUEST/bench.scm"; }
case_guile_compiled() {
  guile --no-auto-compile -c "(use-modules (system base compile)) (compile-file \"$GUEST/bench.scm\" #:output-file \"bench.go\")" &&
    guile --no-auto-compile -c '(load-compiled "bench.go")'
}
case_sbcl() { sbcl --noinform --no-sysinit --no-userinit --disable-debugger --load "$GUEST/bench.lisp" --quit 2>/dev/null; }
case_ruby() { ruby "$GUEST/bench.rb"; }
case_php() { php -n "$GUEST/bench.php"; }
case_php_jit() { php -d zend_extension=opcache -d opcache.enable_cli=1 -d opcache.jit_buffer_size=32M -d opcache.jit=tracing "$GUEST/bench.php"; }
case_perl_threads() { perl "$GUEST/threads.pl"; }
