# Programs that confine others, or themselves, by namespaces, system call filters
# and ptrace.
as_guest() { setpriv --reuid=guest --regid=guest --clear-groups "$@"; }
box() {
  as_guest bwrap --ro-bind / / --dev /dev --proc /proc --tmpfs /tmp --unshare-all \
    --hostname box --die-with-parent --new-session "$@"
}

case_bwrap() {
  box sh -c 'id -u; uname -n; pgrep -c .; echo /dev/*; touch /etc/x; kill -9 $$'
  echo "status $?"
  box /missing
  echo "status $?"
} 2>&1
# As flatpak does it: what the filter forbids, in all that runs in the box.
case_bwrap_filter() {
  chmod 755 .
  python3 "$GUEST/export.py" >filter.bpf
  exec 9<filter.bpf
  box --seccomp 9 sh -c 'mkdir /tmp/x; nice -n 5 true; ls -d /tmp; python3 -c "import os; os.mkdir(chr(120))"'
  echo "status $?"
} 2>&1
case_libseccomp() { python3 "$GUEST/filters.py"; }
# It filters its own helpers.
case_man() { MANWIDTH=80 as_guest man -P cat sed | head -n 60; }
# Who isn't logged in yet is served by a process that may call next to nothing.
case_sshd() {
  grep -q ^sshd: /etc/passwd || echo 'sshd:x:100:65534::/run/sshd:/usr/sbin/nologin' >>/etc/passwd
  mkdir -p /run/sshd
  ssh-keygen -q -t ed25519 -N '' -f host
  ssh-keygen -q -t ed25519 -N '' -f key
  chmod 755 . && cp key.pub keys && chmod 644 keys
  cat >config <<EOF
HostKey $PWD/host
AuthorizedKeysFile $PWD/keys
PidFile $PWD/pid
StrictModes no
EOF
  /usr/sbin/sshd -f config -p 2222
  client() {
    ssh -q -F none -i key -p 2222 -o StrictHostKeyChecking=no -o UserKnownHostsFile=known "$@"
  }
  client guest@localhost 'id -un; echo $((6 * 7)); exit 5'
  echo "status $?"
  seq 100000 | client guest@localhost 'sort -rn | head -n 3; cat >/dev/null'
  client -i host nobody@localhost true
  echo "status $?"
  kill "$(cat pid)"
}
# Its filter asks it about the calls that it wants to see.
case_strace() {
  echo text >file
  for how in -f '-f --seccomp-bpf'; do
    strace $how -qq -o log -e trace=openat,unlinkat sh -c 'cat file; rm file2; true'
    sed 's/^[0-9]* *//' log | grep '"file2\?"'
  done
} 2>&1
# A container with namespaces, a root of its own, few capabilities, a filter.
case_runc() { bash "$GUEST/container.sh" runc; } 2>&1
