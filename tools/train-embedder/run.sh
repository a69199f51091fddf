#!/bin/sh
# The whole pipeline in a work folder: run.sh WORK-FOLDER [PACKAGES-PER-LIST] [LISTS...]
# With a number it takes only so many packages of each list: a slice to try the pipeline with, in a few minutes. LISTS are names in
# packages/ without .tsv; all of them when none is given. NODE names the Node to use (24 or later runs TypeScript directly); LEAK
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
# Threads that wait must not spin: on a busy machine that costs three times the work itself.
export OMP_WAIT_POLICY=passive OPENBLAS_NUM_THREADS=1
# The shipped model was trained so, run by run; `--opening 1` from the start and the last run's masks were not tried in full.
whole='--opening 0 --development 1 --mask 0.35 --identifier 0'
fewer='--keywords 0.08 --questions 0.08 --halves 0.05 --names 0.05'
python3 "$here/train.py" "$work/data/all" "$work/first.npz" --library "$work/kernels.so" --epochs 3 $whole
python3 "$here/train.py" "$work/data/all" "$work/second.npz" --library "$work/kernels.so" --start "$work/first.npz" --epochs 2 --rate 0.12 \
  --seed 2 $whole $fewer
python3 "$here/train.py" "$work/data/all" "$work/third.npz" --library "$work/kernels.so" --start "$work/second.npz" --epochs 2 --rate 0.12 \
  --seed 3 $fewer
python3 "$here/export.py" "$work/data/all.vocabulary.txt" "$work/third.npz" "$work/bundled-384-int4.bin"
python3 "$here/sample_held_out.py" "$work/data/all.jsonl" "$work/held-out.jsonl"
"$node" "$here/heldout.ts" "$work/held-out.jsonl" "$work/bundled-384-int4.bin"
