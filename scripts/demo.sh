#!/bin/sh
# The main job on the examples: screen an invented inventory, write a report that a person can open, and say how much
# of an invented company's books must be declared.
set -eu
mkdir -p out
status=0
.venv/bin/opencwc screen examples/inventory.csv || status=$?
[ "$status" -le 1 ] || exit "$status"
.venv/bin/opencwc screen examples/inventory.csv -o out/report.html 2>/dev/null || status=$?
[ "$status" -le 1 ] || exit "$status"
echo
echo "The report with every structure drawn: $(pwd)/out/report.html"
echo
declared=$(.venv/bin/opencwc declare examples/register --year 2026) || status=$?
[ "$status" -le 1 ] || exit "$status"
echo "opencwc declare examples/register --year 2026: $(echo "$declared" | sed -n 1p)"
