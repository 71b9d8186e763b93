# The Go toolchain builds with itself, and its results run.
export GOFLAGS=-mod=mod GO111MODULE=off GOCACHE=/tmp/gocache GOPATH=/tmp/go CGO_ENABLED=0 GOTOOLCHAIN=local
PATH=$(echo /usr/lib/go-*/bin):$PATH

case_version() { go version | sed 's,/a[^/]*$,,'; }
case_build() { go build -o hello "$GUEST/hello.go" && ./hello a b; }
case_storm() { go build -o storm "$GUEST/storm.go" && ./storm; }
case_faults() { go build -o faults "$GUEST/faults.go" && ./faults; }
case_cgo() { CGO_ENABLED=1 go build -o cgo "$GUEST/cgo.go" && ./cgo; }
case_vet() { go vet "$GUEST/storm.go" && gofmt -l "$GUEST"; }

# The time is no part of the comparison.
tests() { go test -short "$@" | sed 's/[0-9.]*s$//'; }
case_test_sort() { tests sort strings; }
case_test_bytes() { tests bytes strconv; }
case_test_sync() { tests sync sync/atomic context; }
case_test_math() { tests math math/big math/bits; }
# Those of time need a file that Debian leaves out.
case_test_os_signal() { tests os/signal; }
case_test_net_http() { tests -run 'TestServe|TestClient|TestTransport.*Keep' net/http; }
case_test_runtime() {
  tests -run 'Chan|Select|Panic|Recover|Map|Stack|Preempt|Timer|Defer|Finalizer|Goexit|Fault|Sig|GC|Nil' runtime
}
