# Chromium without a window.
dump_dom() {
  "$@" --disable-gpu --user-data-dir=/tmp/profile --dump-dom "file://$GUEST/page.html"
}
case_dump_dom() { dump_dom chromium-headless-shell --no-sandbox; }
# As a user, with namespaces and system call filters for the renderer.
case_sandbox() {
  dump_dom setpriv --reuid=guest --regid=guest --clear-groups chromium-headless-shell
}
