# stress-ng: each stressor of a class in turn, checking its own results.
SECONDS_EACH=${SECONDS_EACH:-1}

# Names, and whether they passed; the figures differ between runs.
class() {
  stress-ng --class "$1" --sequential 1 -t "$SECONDS_EACH" --verify --timestamp --temp-path /tmp/work 2>&1 |
    grep -E 'fail|error|abort|passed|skipped|terminat|signal' | sed 's/^[^[]*//; s/\[[0-9]*\]//; s/ in [0-9].*//'
}
case_cpu() { class cpu; }
case_memory() { class memory; }
case_os() { class os; }
case_pipe() { class pipe; }
case_scheduler() { class scheduler; }
case_signal() { class signal; }
case_vm() { class vm; }
