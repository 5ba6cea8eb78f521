"""Fits the class layer of an exported network anew on frames settled by eye, without one pole or with all.

    python -m models.training.vehicles.last_layer gather --shared ../shared --card START.yaml --cache CACHE
    python -m models.training.vehicles.last_layer fit --card START.yaml --cache CACHE --runs RUNS

What tells a bus from a car is in the features already; the last layer weighs them by the cameras it was
trained on (Kirichenko et al., "Last layer re-training is sufficient for robustness to spurious correlations",
2022, arXiv:2204.02937). So `gather` looks once at every frame and at views of it in other sizes and lights,
and keeps the features before the last class convolution wherever a vehicle is or could be seen. `fit` is a
regression on them that takes a minute of one core; it writes `RUNS/POLE/vehicles.onnx`, fitted without that
pole, for each pole, and `RUNS/all/vehicles.onnx`. Boxes stay as they were.

Pictures of the cameras that the network was trained on before hold it in place: there its scores may not move
(`HOLD`). Poles whose cache is there already are not looked at again.
"""

import argparse
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import cv2
import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import nn
from ultralytics.utils.tal import TaskAlignedAssigner

from edge.detect.letterbox import GREY
from edge.pictures import load_picture
from models.card import load_card
from models.evaluation.poles import POLES, frames
from models.training.cards import write_card
from models.training.vehicles.augment import Picture, compose
from models.training.vehicles.closeup import stills
from models.training.vehicles.export import card_facts
from models.training.vehicles.prepare import CLIPS, HANOI_FPS, held_back, training_pictures
from models.training.vehicles.prepare import frames as clip_frames
from models.training.vehicles.settled import picture
from models.training.vehicles.start import KINDS

WIDTH, HEIGHT = 736, 416
"""What a node sees of a 16:9 picture."""
STRIDES = (8, 16, 32)
VIEWS = 100
"""Changed views of each pole, as many of one with few frames as of one with many."""
REPLAY = "before"
LIKELY = 0.02
"""Score from which a place without a vehicle is kept; of the others `RANDOM` of a picture are drawn."""
RANDOM = 60
HOLD = 0.3
"""Weight of the squared change of scores (logits) on pictures of the cameras before, against the loss."""
KEEP = 0.02
"""The same on the settled frames: what they do not ask for stays."""
RARE = {"bus": 2.0, "truck": 2.0, "bicycle": 3.0}
"""Weight of a vehicle of these kinds against a car or motorbike."""
STEPS = 120
SEED = 20261124


@dataclass
class Places:
    """Places of the pictures of one pole: n features, what stood there and how much it counts."""

    features: NDArray[np.float16]
    """n x channels, input of the last class convolution."""
    level: NDArray[np.int8]
    target: NDArray[np.float16]
    """n x kinds, how well the place's box fits the vehicle of that kind; all 0 where there is none."""
    weight: NDArray[np.float32]
    """How many like it were there."""


def joined(parts: Sequence[Places]) -> Places:
    """Several as one."""
    return Places(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Places)))


class Tapped:
    """A network that also gives the features before its last class convolutions."""

    def __init__(self, file: Path) -> None:
        """Open an exported YOLOv8 network.

        Raises:
            ValueError: it has not one class convolution for each of `STRIDES`.
        """
        model = onnx.load(str(file))
        known = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
        convolutions = [
            n for n in model.graph.node if re.search(r"\.cv3\.\d\.2\.weight$", "".join(n.input[1:2]))
        ]
        if len(convolutions) != len(STRIDES):
            raise ValueError(f"{file}: {len(convolutions)} class convolutions, expected {len(STRIDES)}")
        self.names = [(node.input[1], node.input[2]) for node in convolutions]
        self.weights = [(known[w].reshape(known[w].shape[0], -1), known[b]) for w, b in self.names]
        for node in convolutions:
            model.graph.output.append(onnx.helper.make_empty_tensor_value_info(node.input[0]))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        self._assigner = TaskAlignedAssigner(
            topk=10, num_classes=len(KINDS), alpha=0.5, beta=6.0, stride=list(STRIDES)
        )

    def look(self, view: Picture, chance: np.random.Generator) -> Places:
        """The places of a view worth keeping."""
        blob = np.ascontiguousarray(view.image[None, :, :, ::-1].transpose(0, 3, 1, 2), np.float32) / 255
        output, *maps = self._session.run(None, {self._session.get_inputs()[0].name: blob})
        scores, boxes = output[0, 4:].T, output[0, :4].T
        rows, columns = view.image.shape[:2]
        target = self._assign(scores, boxes, view, _centres(rows, columns))
        features = np.concatenate([m[0].reshape(m.shape[1], -1).T for m in maps])
        level = np.repeat(np.arange(len(maps)), [m[0, 0].size for m in maps])
        kept = (target.max(axis=1) > 0) | (scores.max(axis=1) > LIKELY)
        others = np.flatnonzero(~kept)
        drawn = chance.choice(others, min(RANDOM, len(others)), replace=False)
        weight = np.ones(len(level), np.float32)
        weight[drawn] = len(others) / max(1, len(drawn))
        kept[drawn] = True
        return Places(
            features[kept].astype(np.float16), level[kept].astype(np.int8), target[kept], weight[kept]
        )

    def _assign(
        self, scores: NDArray[np.float32], boxes: NDArray[np.float32], view: Picture, centres: torch.Tensor
    ) -> NDArray[np.float16]:
        """What training would ask of each place, as ultralytics assigns it."""
        if not len(view.labels):
            return np.zeros(scores.shape, np.float16)
        half = boxes[:, 2:] / 2
        corners = np.concatenate([boxes[:, :2] - half, boxes[:, :2] + half], axis=1)
        kind, true = torch.from_numpy(view.labels[None, :, :1]), torch.from_numpy(view.labels[None, :, 1:])
        found = self._assigner(
            torch.from_numpy(scores[None].copy()),
            torch.from_numpy(corners[None]),
            centres,
            kind,
            true,
            torch.ones_like(kind),
        )
        return np.asarray(found[2][0].numpy(), np.float16)


def _centres(rows: int, columns: int) -> torch.Tensor:
    grids = []
    for stride in STRIDES:
        y, x = np.mgrid[: rows // stride, : columns // stride]
        grids.append((np.stack([x.ravel(), y.ravel()], axis=1) + 0.5) * stride)
    return torch.from_numpy(np.concatenate(grids).astype(np.float32))


def as_seen(source: Picture) -> Picture:
    """The picture as a node sees it: scaled to fit, in the middle of grey."""
    rows, columns = source.image.shape[:2]
    scale = min(WIDTH / columns, HEIGHT / rows)
    size = (round(columns * scale), round(rows * scale))
    x, y = (WIDTH - size[0]) // 2, (HEIGHT - size[1]) // 2
    image = np.full((HEIGHT, WIDTH, 3), GREY, np.uint8)
    image[y : y + size[1], x : x + size[0]] = cv2.resize(source.image, size, interpolation=cv2.INTER_AREA)
    labels = source.labels * np.array([1, scale, scale, scale, scale], np.float32)
    return Picture(image, labels + np.array([0, x, y, x, y], np.float32))


def views(pictures: Sequence[Picture], chance: np.random.Generator) -> Iterator[Picture]:
    """Each picture as a node sees it, then `VIEWS` in other sizes, crops and lights."""
    yield from map(as_seen, pictures)
    for _ in range(VIEWS):
        yield compose(lambda: pictures[int(chance.integers(len(pictures)))], WIDTH, HEIGHT, chance)


def before(shared: Path) -> Iterator[Picture]:
    """Pictures, without labels, of the cameras that the shipped network was trained on before."""
    bare = np.zeros((0, 5), np.float32)
    for path in training_pictures(shared / "data" / "vehicles" / "images")[::6]:
        yield Picture(load_picture(path).image, bare)
    videos = shared / "data" / "videos"
    for name, step in {"hanoi_hang_bai": 12, **{name: 3 * step for name, step in CLIPS.items()}}.items():
        for index, image in clip_frames(videos / f"{name}.mp4", step):
            if name != "hanoi_hang_bai" or not held_back(index / HANOI_FPS):
                yield Picture(image, bare)
    for number, (_, image) in enumerate(stills(shared / "data" / "plates")):
        if number % 6 == 0:
            yield Picture(image, bare)


def gather(shared: Path, card: Path, out: Path) -> None:
    """Write the places of each pole, and of the cameras before, into `out`."""
    out.mkdir(parents=True, exist_ok=True)
    net = Tapped(load_card(card).verify(card.parent))
    settled: dict[str, list[Picture]] = {pole: [] for pole in POLES}
    for frame in frames(shared / "data"):
        settled[frame.pole].append(picture(frame))
    for number, pole in enumerate([*POLES, REPLAY]):
        file = out / f"{pole}.npz"
        if not file.exists():
            chance = np.random.default_rng([SEED, number])
            seen = map(as_seen, before(shared)) if pole == REPLAY else views(settled[pole], chance)
            places = joined([net.look(view, chance) for view in seen])
            np.savez(file.with_suffix(".part.npz"), **vars(places))
            file.with_suffix(".part.npz").rename(file)
            print(pole, len(places.level), "places", flush=True)  # noqa: T201


Layers = list[tuple[NDArray[np.float32], NDArray[np.float32]]]


def fit(start: Layers, poles: Sequence[Places], old: Places) -> Layers:
    """Weights and biases of the class convolutions that suit `poles`, each as heavy as the others."""
    fitted: Layers = []
    rare = torch.tensor([RARE.get(kind.value, 1.0) for kind in KINDS])
    for level, (weight, bias) in enumerate(start):
        new = [torch.tensor(weight, requires_grad=True), torch.tensor(bias, requires_grad=True)]
        chosen = [_level(places, level) for places in poles]
        kept, _, often = _level(old, level)
        optimizer = torch.optim.LBFGS(new, max_iter=STEPS, line_search_fn="strong_wolfe")

        def loss(
            new: list[torch.Tensor] = new,
            chosen: list[tuple[torch.Tensor, ...]] = chosen,
            kept: torch.Tensor = kept,
            often: torch.Tensor = often,
            first: tuple[torch.Tensor, torch.Tensor] = (torch.tensor(weight), torch.tensor(bias)),
        ) -> torch.Tensor:
            change = (new[0] - first[0], new[1] - first[1])
            total = HOLD * _mean_square(kept, often, change)
            for features, target, count in chosen:
                each = nn.functional.binary_cross_entropy_with_logits(
                    features @ new[0].T + new[1], target, reduction="none"
                )
                heavy = count[:, None] * (1 + (rare - 1) * (target > 0))
                total = total + (heavy * each).sum() / (rare * target).sum().clamp(min=1) / len(chosen)
                total = total + KEEP * _mean_square(features, count, change) / len(chosen)
            return total

        def closure(optimizer: torch.optim.LBFGS = optimizer, loss=loss) -> torch.Tensor:  # type: ignore[no-untyped-def]
            optimizer.zero_grad()
            value: torch.Tensor = loss()
            value.backward()
            return value

        optimizer.step(closure)
        fitted.append((new[0].detach().numpy(), new[1].detach().numpy()))
    return fitted


def _level(places: Places, level: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    here = places.level == level
    return (
        torch.from_numpy(places.features[here].astype(np.float32)),
        torch.from_numpy(places.target[here].astype(np.float32)),
        torch.from_numpy(places.weight[here]),
    )


def _mean_square(
    features: torch.Tensor, count: torch.Tensor, change: tuple[torch.Tensor, torch.Tensor]
) -> torch.Tensor:
    """Mean squared change of the logits; likely places count as much as all the others together."""
    moved = (features @ change[0].T + change[1]).square().sum(dim=1)
    likely = count == 1
    return moved[likely].mean() + moved[~likely].mean()


def write(card: Path, names: Sequence[tuple[str, str]], layers: Layers, out: Path) -> None:
    """Write the network of `card` with these class convolutions, and a card for it."""
    out.mkdir(parents=True, exist_ok=True)
    target = out / "vehicles.onnx"
    shutil.copy(card.parent / load_card(card).file, target)
    model = onnx.load(str(target))
    stored = {tensor.name: tensor for tensor in model.graph.initializer}
    for pair, layer in zip(names, layers, strict=True):
        for name, values in zip(pair, layer, strict=True):
            shape = tuple(stored[name].dims)
            stored[name].CopyFrom(numpy_helper.from_array(values.reshape(shape), name))
    onnx.save(model, str(target))
    facts = {"data": [f"{card.name}, and frames of poles settled by eye"], "recipe": __name__, "seed": SEED}
    write_card(target, **card_facts([kind.value for kind in KINDS]), **facts, metrics={})


def main() -> None:
    """Command line."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("stage", choices=("gather", "fit"))
    ask.add_argument("--shared", type=Path, help="the shared data, to gather from")
    ask.add_argument("--card", type=Path, required=True, help="the network to start from")
    ask.add_argument("--cache", type=Path, required=True, help="where the places are")
    ask.add_argument("--runs", type=Path, help="where the fitted networks go")
    args = ask.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    cv2.setNumThreads(1)
    if args.stage == "gather":
        gather(args.shared, args.card, args.cache)
        return
    places = {pole: Places(**np.load(args.cache / f"{pole}.npz")) for pole in [*POLES, REPLAY]}
    net = Tapped(load_card(args.card).verify(args.card.parent))
    for left_out in [*POLES, "all"]:
        chosen = [places[pole] for pole in POLES if pole != left_out]
        write(args.card, net.names, fit(net.weights, chosen, places[REPLAY]), args.runs / left_out)


if __name__ == "__main__":
    main()
