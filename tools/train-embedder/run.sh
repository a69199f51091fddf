#!/bin/sh
# The whole pipeline in a work folder: run.sh WORK-FOLDER [PACKAGES-PER-LIST] [LISTS...]
# With a number it takes only so many packages of each list: a slice to try the pipeline with, in a few minutes. LISTS are names in
# packages/ without .tsv; all of them when none is given (those named debian13-* need lines of Debian 13). NODE names the Node to use (24 or later runs TypeScript directly); LEAK
# may name a corpus whose functions must not be trained on.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$1
limit=${2:-0}
[ $# -gt 2 ] && shift 2 || shift $#
lists=${*:-$(cd "$here/packages" && ls | grep -v left-out | sed 's/\.tsv$//')}
node=${NODE:-node}
mkdir -p "$work/archives" "$work/pairs" "$work/data"
g++ -O3 -march=native -ffast-math -fopenmp -shared -fPIC -o "$work/kernels.so" "$here/kernels.cpp"
for list in $lists; do
  python3 "$here/collect.py" "$work/archives" "$here/packages/$list.tsv" --limit "$limit"
  find "$work/archives/$list" -mindepth 1 -maxdepth 1 | sort > "$work/$list.txt"
  python3 "$here/extract.py" "$work/pairs/$list.jsonl" - < "$work/$list.txt"
  python3 "$here/changelogs.py" "$work/pairs/$list.changes.jsonl" "$work/pairs/$list.jsonl" - < "$work/$list.txt"
done
python3 "$here/prepare.py" "$work/data/all.jsonl" "$work"/pairs/*.jsonl ${LEAK:+--leak "$LEAK"}
"$node" "$here/tokenise.ts" "$work/data/all.jsonl" "$work/data/all"
python3 "$here/vocabulary.py" "$work/data/all" 60000
python3 "$here/pairs.py" "$work/data/all" 16000
# Threads that wait must not spin: on a busy machine that costs three times the work itself.
export OMP_WAIT_POLICY=passive OPENBLAS_NUM_THREADS=1
python3 "$here/train.py" "$work/data/all" "$work/table.npz" --library "$work/kernels.so" --development 1 --seed 5
python3 "$here/export.py" "$work/data/all.vocabulary.txt" "$work/table.npz" "$work/bundled-384-int4.bin"
python3 "$here/sample_held_out.py" "$work/data/all.jsonl" "$work/held-out.jsonl"
"$node" "$here/heldout.ts" "$work/held-out.jsonl" "$work/bundled-384-int4.bin"
