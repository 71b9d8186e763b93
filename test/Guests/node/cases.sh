# Node 18 and npm.
case_version() { node --version; }
case_npm_version() { npm --version; }
case_compute() { node "$GUEST/compute.js"; }
case_workers() { node "$GUEST/workers.js"; }
case_wasm() { node "$GUEST/wasm.js"; }
case_http() { node "$GUEST/http.js"; }
case_process() { node "$GUEST/process.js"; }

# A project whose two packages lie beside it as archives.
case_npm_ci() {
  local i
  for i in one two; do
    mkdir -p "pack-$i/package"
    printf '{"name":"%s","version":"1.0.0","main":"index.js"}\n' $i >"pack-$i/package/package.json"
    printf 'module.exports = "module %s";\n' $i >"pack-$i/package/index.js"
    tar -C "pack-$i" -czf $i.tgz package
  done
  mkdir project
  cd project
  printf '{"name":"p","version":"1.0.0","dependencies":{"one":"file:../one.tgz","two":"file:../two.tgz"}}\n' >package.json
  npm install --offline --no-audit --no-fund --package-lock-only >/dev/null
  npm ci --offline --no-audit --no-fund | sed 's/ in .*//'
  node -e 'console.log(require("one"), require("two"))'
}
