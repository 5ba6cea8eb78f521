"""The comparison as one HTML file: tables, then the errors of the first engine as pictures."""

import base64
from html import escape
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from edge.pictures import load_picture
from models.evaluation.engines import Said
from models.evaluation.scoring import Label

PICTURE_WIDTH = 320
STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem; max-width: 80rem }
table { border-collapse: collapse; margin: 1rem 0 }
td, th { padding: .25rem .8rem; border-bottom: 1px solid #ddd; text-align: right }
th:first-child, td:first-child { text-align: left }
.errors { display: grid; grid-template-columns: repeat(auto-fill, minmax(20rem, 1fr)); gap: 1rem }
figure { margin: 0 } figure img { max-width: 100% }
"""


def write_page(
    path: Path,
    images: Path,
    labels: dict[str, list[Label]],
    said: dict[str, dict[str, list[Said]]],
    figures: list[dict[str, Any]],
) -> None:
    """Writes the page; the gallery shows the first engine's errors, with the others' answers."""
    title = "Plate readers compared"
    parts = [
        f"<!doctype html><meta charset=utf-8><title>{title}</title><style>{STYLE}</style><h1>{title}</h1>"
    ]
    parts += [_table(group, figures) for group in ("all", "lines", "colour", "width", "source")]
    parts.append("<h2>Errors</h2><div class=errors>")
    first = next(iter(said))
    for file, plates in sorted(labels.items()):
        texts = {item.text for item in said[first][file]}
        for plate in plates:
            if plate.legible and plate.text not in texts:
                parts.append(_figure(images, plate, {name: runs[file] for name, runs in said.items()}))
    parts.append("</div>")
    path.write_text("\n".join(parts), encoding="utf-8")


def _table(group: str, figures: list[dict[str, Any]]) -> str:
    names = sorted({name for figure in figures for name in figure["groups"][group]})
    extra = ("sure", "sure_wrong", "ms_per_picture") if group == "all" else ()
    head = "".join(f"<th>{escape(name)}" for name in (*names, *extra))
    rows = []
    for figure in figures:
        cells = [_share(figure["groups"][group].get(name)) for name in names]
        cells += [str(figure[key]) for key in extra]
        rows.append("<tr>" + "".join(f"<td>{cell}" for cell in (escape(figure["engine"]), *cells)))
    return f"<table><tr><th>{group}{head}{''.join(rows)}</table>"


def _share(entry: dict[str, int] | None) -> str:
    if entry is None:
        return "&ndash;"
    return f"{entry['right']} / {entry['total']} = {entry['right'] / max(entry['total'], 1):.1%}"


def _figure(images: Path, plate: Label, said: dict[str, list[Said]]) -> str:
    lines = [f"{escape(plate.file)}: <b>{escape(plate.text)}</b>"]
    for name, items in said.items():
        texts = ", ".join(f"{item.text} {item.confidence:.2f}" for item in items)
        lines.append(f"{escape(name)}: {escape(texts) or 'nothing'}")
    source = f"data:image/jpeg;base64,{_picture(images, plate)}"
    return f'<figure><img src="{source}" alt=""><figcaption>{"<br>".join(lines)}</figcaption></figure>'


def _picture(images: Path, plate: Label) -> str:
    """The plate with some surroundings, as base64 JPEG."""
    image = load_picture(images / plate.file).image
    if plate.box is not None:
        x1, y1, x2, y2 = plate.box
        pad = 0.4 * (x2 - x1)
        image = image[max(0, int(y1 - pad)) : int(y2 + pad), max(0, int(x1 - pad)) : int(x2 + pad)]
    scale = PICTURE_WIDTH / image.shape[1]
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    shown = np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=how))
    _, code = cv2.imencode(".jpg", shown, (cv2.IMWRITE_JPEG_QUALITY, 82))
    return base64.b64encode(code.tobytes()).decode()
