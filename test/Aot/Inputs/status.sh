#!/bin/sh
# Run a command and print its exit status behind its output.
"$@"
echo "exit status $?"
