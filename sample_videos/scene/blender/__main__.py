"""`python -m sample_videos.scene.blender --out DIR`: render the clip, write its truth, encode it."""

import argparse
import hashlib
import logging
from pathlib import Path

from tqdm import tqdm

from .encode import encode
from .renderer import Renderer, facts_file, frame_file
from .script import CLIP, load
from .stage import Stage
from .truth import truth_of, write


def main() -> None:
    """Command line; a second run with the same clip.yaml goes on from the cached frames."""
    ask = argparse.ArgumentParser(prog="python -m sample_videos.scene.blender", description=__doc__)
    ask.add_argument(
        "--out", type=Path, required=True, help="folder for the clip, its truth and the frame cache"
    )
    ask.add_argument("--samples", type=int, default=5, help="Cycles samples a pixel (default 5)")
    ask.add_argument("--crf", type=int, default=25, help="x264 quality (default 25)")
    ask.add_argument("--frames", help="render only the frames FIRST:LAST:STEP into the cache and stop")
    args = ask.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")

    script = load()
    digest = hashlib.sha256(CLIP.read_bytes() + str(args.samples).encode()).hexdigest()[:10]
    cache = args.out / f"cache-{digest}"
    cache.mkdir(parents=True, exist_ok=True)
    stage = Stage(script, cache)
    outlines = {vehicle.id: stage.outline(vehicle.id) for vehicle in script.vehicles}
    renderer = Renderer(script, stage, outlines, cache, args.samples)
    wanted = range(script.frames)
    if args.frames:
        wanted = range(*(int(part) for part in args.frames.split(":")))
    for index in tqdm(wanted, desc="frames", unit="frame"):
        renderer.frame(index)
    if args.frames:
        return
    size = (script.camera.width, script.camera.height)
    write(
        truth_of(script, outlines, [facts_file(cache, i) for i in wanted]),
        args.out / f"{script.name}.truth.yaml",
    )
    encode(
        (frame_file(cache, i) for i in wanted), args.out / f"{script.name}.mp4", size, script.fps, args.crf
    )


if __name__ == "__main__":
    main()
