# Programs that Rust, Go and C++ compilers made, and assembly: stripped, and big.

LICENSES=/usr/share/common-licenses

# Rust.
case_ripgrep() {
  rg --sort path -c -i 'free (software|document)' $LICENSES
  rg -N --replace '<$1>' '\b(w[a-z]+ty)\b' $LICENSES/GPL-3 | head -n 20
  rg -U -o --sort path 'you\s+may\s+[a-z]+' $LICENSES | sort | uniq -c
  rg --json -m 3 GNU $LICENSES/LGPL-3 | sed -E 's/"(elapsed_total|elapsed)":\{[^}]*\}//g; s/"nanos":[0-9]+//g'
  rg '(' $LICENSES # an error
  echo $?
}
case_fd() {
  fdfind -u . /usr/share | sort | head -n 200
  fdfind -e so . /usr/lib/python3 | wc -l
  fdfind -t f -S +20k . $LICENSES -x wc -c | sort
}
case_bat() {
  batcat --color=always --style=numbers,grid --terminal-width=80 -l go "$GUEST/../go/storm.go"
  batcat --color=always -p -l c "$GUEST/../debug/program.c"
  batcat --list-languages | wc -l
}
# Panics, which unwind.
case_rust_panic() {
  for command in 'batcat --config-file' 'batcat --diagnostic' 'fdfind --gen-completions bash'; do
    RUST_BACKTRACE=1 $command 2>&1 >/dev/full | sed -n -E '/panicked|^ +[0-9]+: /p'
    echo "${PIPESTATUS[0]}"
  done
  batcat --line-range 1:2 /none 2>&1
  rg --threads=x y /dev/null 2>&1 || echo "failed: $?"
}

# Go.
case_fzf() {
  find /usr/share/cmake-* | sort >list
  fzf --filter 'lib' --no-sort <list | wc -l
  fzf -f 'find package' <list | sort
  fzf -f "^/usr 'prop .rst$ !x" <list | sort | head -n 50
}
case_rclone() {
  export RCLONE_CONFIG=/tmp/work/rclone.conf
  rclone lsf -R --files-only $LICENSES | sort
  for hash in MD5 SHA-1 SHA-256 CRC-32 whirlpool; do
    rclone hashsum $hash $LICENSES | sort
  done
  rclone copy --links $LICENSES copy && rclone check --one-way copy $LICENSES 2>&1 | sed 's/.*: //'
  rclone config create --non-interactive secret crypt remote=copy2 password="$(echo x | rclone obscure -)" >/dev/null 2>&1
  rclone size --json copy
  rclone cat copy/GPL-3 | tail -n 3
  rclone tree --noreport copy
  rclone lsf none: 2>&1 | sed 's/.*Failed/Failed/'
}
# With goroutines, sockets and the garbage collector.
case_rclone_serve() {
  export RCLONE_CONFIG=/tmp/work/rclone.conf
  rclone serve http --addr 127.0.0.1:8080 $LICENSES 2>log &
  local server=$!
  for ((i = 0; i < 100; i++)); do
    (: </dev/tcp/127.0.0.1/8080) 2>/dev/null && break
    sleep 0.1
  done
  rclone --http-url http://127.0.0.1:8080 lsf -R --files-only :http: | sort
  rclone --http-url http://127.0.0.1:8080 copy :http: fetched
  (cd fetched && md5sum * | sort)
  kill $server
  wait $server
  echo "killed: $?"
}

# C++, with exceptions, and ninja with its children.
case_cmake() {
  cat >CMakeLists.txt <<'EOF'
cmake_minimum_required(VERSION 3.20)
project(Test NONE)
set(List "")
foreach(I RANGE 1 400)
  math(EXPR Square "${I} * ${I} % 97")
  string(SHA256 Hash "${I} ${Square}")
  list(APPEND List "${Hash}")
endforeach()
list(SORT List)
string(REGEX REPLACE "([0-9]+)([a-f]+)" "\\2\\1" Text "${List}")
string(MD5 Sum "${Text}")
message("${Sum}")
string(JSON Value GET "{\"a\": [1, {\"b\": \"c\"}]}" a 1 b)
message("${Value}")
foreach(I RANGE 1 40)
  add_custom_command(OUTPUT out${I} COMMAND md5sum ${CMAKE_CURRENT_LIST_FILE} > out${I})
  list(APPEND Outputs out${I})
endforeach()
add_custom_target(all-of-them ALL DEPENDS ${Outputs})
EOF
  cmake -G Ninja -B build 2>&1 | sed 's/([0-9.]*s)//'
  ninja -C build -j2 | sed 's/.*out/out/' | sort
  cat build/out* | sort | uniq -c | sed 's,/.*/,,'
  ninja -C build
  ninja -C build -t targets all | sort
  cmake -E sha512sum build/out1 && cmake -E tar czf t.tgz build/out1 && cmake -E tar tzf t.tgz
  echo 'message(FATAL_ERROR no)' >bad.cmake
  cmake -P bad.cmake 2>&1 || echo "failed: $?"
}

# Assembly.
case_openssl() {
  for digest in md5 sha1 sha224 sha256 sha384 sha512 sha3-256 sha3-512 blake2b512 blake2s256 sm3 ripemd160; do
    openssl dgst -$digest $LICENSES/GPL-3
  done
  for cipher in aes-128-cbc aes-256-ctr aes-192-ecb aes-256-cfb camellia-256-cbc chacha20 sm4-ctr aria-256-ctr des3; do
    openssl enc -$cipher -K 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f -iv 000102030405060708090a0b0c0d0e0f \
      -in $LICENSES/GPL-3 2>/dev/null | md5sum
  done
  openssl prime -hex FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A63A3620FFFFFFFFFFFFFFFF
  for key in 'EC -pkeyopt ec_paramgen_curve:P-256' 'EC -pkeyopt ec_paramgen_curve:P-384' ED25519 'RSA -pkeyopt rsa_keygen_bits:2048' X448 ED448; do
    openssl genpkey -algorithm $key -out key 2>/dev/null && openssl pkey -in key -pubout -out public
    case $key in
      X448) ;;
      ED*)
        openssl pkeyutl -sign -rawin -inkey key -in $LICENSES/BSD -out signature &&
          openssl pkeyutl -verify -rawin -pubin -inkey public -in $LICENSES/BSD -sigfile signature
        ;;
      *)
        openssl dgst -sha256 -sign key -out signature $LICENSES/BSD &&
          openssl dgst -sha256 -verify public -signature signature $LICENSES/BSD
        ;;
    esac
  done
}
