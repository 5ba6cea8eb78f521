"""Fine-tunes the official YOLOv8n for vehicles as Vietnamese poles see them: seeded, resumable, on a CPU.

    python -m models.training.vehicles.train --data DATASET.yaml --out RUN [--start EARLIER.pt]

DATASET.yaml is an ultralytics data file whose classes are `KINDS` in that order; `prepare.py` makes it. The
head's last layer keeps the five rows of the COCO head that mean our kinds, so training starts from all that
the official weights know and not from noise: a CPU can't afford to learn it again.
"""

import argparse
from pathlib import Path
from typing import Any

import torch
from torch import nn
from ultralytics.models.yolo.detect import DetectionTrainer
from ultralytics.nn.tasks import DetectionModel, load_checkpoint

from contract.vehicles import VehicleKind
from models.training.vehicles.official import official_weights

SEED = 20261124
KINDS = [VehicleKind.CAR, VehicleKind.MOTORBIKE, VehicleKind.BUS, VehicleKind.TRUCK, VehicleKind.BICYCLE]
COCO_ROWS = [2, 3, 5, 7, 1]
"""Where COCO's head keeps `KINDS`."""

RECIPE: dict[str, Any] = {
    "task": "detect",
    "mode": "train",
    "imgsz": 640,
    "batch": 8,
    "nbs": 16,
    "optimizer": "AdamW",
    "lrf": 0.05,
    "cos_lr": True,
    "warmup_epochs": 0.5,
    "weight_decay": 5e-4,
    "freeze": 5,  # the first stages see edges and corners, in Hanoi as in COCO; a third of the time is saved
    "mosaic": 0.6,
    "close_mosaic": 2,
    "scale": 0.5,
    "degrees": 2.0,
    "translate": 0.1,
    "fliplr": 0.5,
    "hsv_v": 0.5,
    "device": "cpu",
    "amp": False,
    "workers": 0,
    "cache": "ram",
    "plots": False,
    "val": False,
    "seed": SEED,
    "deterministic": True,
    "exist_ok": True,
    "verbose": False,
}


def five_kinds(model: DetectionModel) -> DetectionModel:
    """Cut a COCO model's class head down to `KINDS`, keeping the rows it has learnt for them."""
    head = model.model[-1]
    for branch in head.cv3:
        old = branch[-1]
        new = nn.Conv2d(old.in_channels, len(KINDS), 1)
        with torch.no_grad():
            new.weight.copy_(old.weight[COCO_ROWS])
            new.bias.copy_(old.bias[COCO_ROWS])
        branch[-1] = new
    head.nc = len(KINDS)
    head.no = head.nc + 4 * head.reg_max
    model.yaml["nc"] = model.nc = len(KINDS)
    model.names = dict(enumerate(kind.value for kind in KINDS))
    return model


class VehicleTrainer(DetectionTrainer):
    """Ultralytics' trainer, started from the official weights with our head; measured outside."""

    def get_model(
        self,
        cfg: Any = None,  # noqa: ARG002  # ultralytics' signature
        weights: Any = None,
        verbose: bool = True,  # noqa: ARG002
    ) -> DetectionModel:
        """The official network with the head of `five_kinds`, or the resumed one."""
        if weights is not None and weights.yaml.get("nc") == len(KINDS):
            return weights
        official, _ = load_checkpoint(official_weights())
        return five_kinds(official.float())

    def validate(self) -> tuple[dict[str, float], float]:
        """Nothing measured here, and the newest epoch counts as the best: `models.evaluation.vehicles`
        measures what the node really runs, on held-back pictures."""
        return {}, float(self.epoch + 1)

    def final_eval(self) -> None:
        """Nothing, see `validate`."""


def main() -> None:
    """Command line."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--data", type=Path, required=True)
    ask.add_argument("--out", type=Path, required=True, help="folder of this run's checkpoints")
    ask.add_argument("--epochs", type=int, default=4)
    ask.add_argument("--start", type=Path, help="checkpoint of an earlier round (default: official)")
    ask.add_argument("--rate", type=float, default=6e-4, help="highest learning rate; less for a later round")
    ask.add_argument("--resume", action="store_true", help="go on from RUN/weights/last.pt")
    args = ask.parse_args()
    torch.set_num_threads(1)
    last = args.out / "weights" / "last.pt"
    overrides = RECIPE | {
        "model": str(last if args.resume else args.start or official_weights()),
        "resume": str(last) if args.resume else False,
        "data": str(args.data),
        "epochs": args.epochs,
        "lr0": args.rate,
        "project": str(args.out.parent.resolve()),
        "name": args.out.name,
    }
    VehicleTrainer(overrides=overrides).train()


if __name__ == "__main__":
    main()
