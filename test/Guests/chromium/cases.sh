# Chromium without a window.
case_dump_dom() {
  chromium-headless-shell --no-sandbox --disable-gpu --user-data-dir=/tmp/work/profile \
    --dump-dom "file://$GUEST/page.html"
}
