"""Checks a report of --stats=json: its groups, and that their figures fit."""

import json
import sys

with open(sys.argv[1]) as file:
    stats = json.load(file)

GROUPS = {
    "baseline": {"units", "instructions", "bytes", "microseconds"},
    "llvm": {"units", "bytes", "microseconds", "failed"},
    "aot": {"images", "units", "ignored"},
    "runtime": {"dispatches", "syscalls", "signals", "invalidations", "resets", "inherited"},
}
for group, names in GROUPS.items():
    assert names <= set(stats[group]), (group, stats[group])
    assert all(isinstance(value, int) for value in stats[group].values()), group
baseline = stats["baseline"]
assert 0 < baseline["units"] < baseline["instructions"] < baseline["bytes"], baseline
assert stats["aot"]["images"] == stats["aot"]["units"] == 0
assert stats["runtime"]["syscalls"] > 3 and stats["runtime"]["resets"] == 0
assert stats["fallbacks"] and all(n > 0 for n in stats["fallbacks"].values())
