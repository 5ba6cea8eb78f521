#!/usr/bin/env bash
# golden.sh VERSION: makes the golden packages of the release that is checked out (tests/contract/golden/VERSION) from
# the sample clip, shrunk so that all of them stay small. Run it once for a release; what it made is never made again.
# Commit a chain from its start, as few packages as show both decisions and both a read and an unread plate.
set -euo pipefail
version=$1
root=$(git rev-parse --show-toplevel)
golden=$root/tests/contract/golden
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

encode() { # NAME FILTER QUALITY [CUT…]
  ffmpeg -loglevel error "${@:4}" -i "$root/sample_videos/junction.mp4" -vf "$2" -c:v libx264 -crf "$3" -g 12 -bf 0 \
    -pix_fmt yuv420p -an -threads 1 -map_metadata -1 -fflags +bitexact -flags:v +bitexact \
    -metadata creation_time=2026-11-24T05:00:00Z "$work/$1.mp4"
}
encode rules scale=320:180 40
encode plate scale=960:540 34 -ss 2 -t 5

for chain in rules plate; do
  ngatu replay "$work/$chain.mp4" --camera "$golden/$chain.yaml" --packages "$work/$chain" --key "$work/key-$chain"
done
pair=$root/sample_videos/clips/joined_few # an act that a plate camera saw too
for part in detect plate/detect; do
  ffmpeg -loglevel error -i "$pair/$part.mp4" -c copy -fflags +bitexact -metadata creation_time=2026-11-24T05:00:00Z \
    "$work/${part/\//-}.mp4"
done
ngatu replay "$work/detect.mp4" --camera "$pair/camera.yaml" --packages "$work/joined" --key "$work/key-joined" \
  --beside "$pair/plate/camera.yaml=$work/plate-detect.mp4"

for chain in rules plate joined; do
  for package in "$work/$chain"/*; do
    rule=$(python -c 'import json, sys; print(json.load(open(sys.argv[1]))["rule"]["name"])' "$package/manifest.json")
    name=$(basename "$package")
    mkdir -p "$golden/$version/$chain"
    mv "$package" "$golden/$version/$chain/${name%%-*}-$rule"
  done
done
# A test as the set-up page sends it; it stands outside the chains.
python - "$work/rules.mp4" "$golden/rules.yaml" "$golden/$version/test" <<'PYTHON'
import sys
from pathlib import Path

from configs.camera_check import load_camera
from configs.node import NodeConfig
from contract.signing import SigningKey
from edge.camera import open_eyes
from edge.evidence.package import write
from edge.setup.sent_test import as_test, prove_something

video, camera, folder = map(Path, sys.argv[1:])
words = {"id": "replay", "data": ".", "broker": {"host": "localhost"}, "centre_key": "k", "cameras": ["c"]}
proof = prove_something(video, load_camera(camera), NodeConfig.model_validate(words), open_eyes(1), lambda _: None)
folder.mkdir(parents=True, exist_ok=True)
write(as_test(proof, "Nguyễn Văn Lắp", SigningKey.generate()), folder / f"0001-{proof.facts.rule.name}")
PYTHON
du -sh "$golden/$version"
