#!/usr/bin/env python3
"""Add up JUnit result files: the last line printed is "N passed, N failed".

    sum-results.py CTEST.xml GTEST_DIR LIT.xml...

Where a ctest test NAME has left its cases in GTEST_DIR/NAMETests.xml they are
counted one by one, else it counts as one. Exit status 1 when a test failed, a
file is missing, or nothing ran.
"""
import os
import sys
import xml.etree.ElementTree as ET


def results(path, gtest_dir=None):
    """(passed, failed, skipped) of one file."""
    passed = failed = skipped = 0
    for case in ET.parse(path).getroot().iter("testcase"):
        cases = gtest_dir and os.path.join(gtest_dir, f"{case.get('name')}Tests.xml")
        if cases and os.path.exists(cases):
            inner = results(cases)
            passed, failed, skipped = (
                a + b for a, b in zip((passed, failed, skipped), inner))
            # It may also have failed behind its last case.
            if inner[1] or case.find("failure") is None:
                continue
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
            print(f"FAILED: {case.get('classname', '')} {case.get('name')}")
        elif case.find("skipped") is not None or case.get("status") in ("notrun", "disabled"):
            skipped += 1
        else:
            passed += 1
    return passed, failed, skipped


def main():
    total = [0, 0, 0]
    ctest, gtest_dir, *others = sys.argv[1:]
    for args in [(ctest, gtest_dir)] + [(path,) for path in others]:
        try:
            total = [a + b for a, b in zip(total, results(*args))]
        except (OSError, ET.ParseError) as error:
            print(f"FAILED: no results: {error}")
            total[1] += 1
    if total[2]:
        print(f"{total[2]} skipped (see above for what they need)")
    print(f"{total[0]} passed, {total[1]} failed")
    return 1 if total[1] or not total[0] else 0


if __name__ == "__main__":
    sys.exit(main())
