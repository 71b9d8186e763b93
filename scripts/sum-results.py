#!/usr/bin/env python3
"""Add up JUnit result files: the last line printed is "N passed, N failed".

Exit status 1 when a test failed, a file is missing, or nothing ran.
"""
import sys
import xml.etree.ElementTree as ET


def results(path):
    """(passed, failed, skipped) of one file."""
    passed = failed = skipped = 0
    for case in ET.parse(path).getroot().iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
            print(f"FAILED: {case.get('classname', '')} {case.get('name')}")
        elif case.find("skipped") is not None or case.get("status") == "notrun":
            skipped += 1
        else:
            passed += 1
    return passed, failed, skipped


def main():
    total = [0, 0, 0]
    for path in sys.argv[1:]:
        try:
            total = [a + b for a, b in zip(total, results(path))]
        except (OSError, ET.ParseError) as error:
            print(f"FAILED: no results: {error}")
            total[1] += 1
    if total[2]:
        print(f"{total[2]} skipped (see above for what they need)")
    print(f"{total[0]} passed, {total[1]} failed")
    return 1 if total[1] or not total[0] else 0


if __name__ == "__main__":
    sys.exit(main())
