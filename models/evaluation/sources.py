"""Anonymous names of picture sources: folders of the shared data carry their publishers' account names."""

from hashlib import sha256
from pathlib import Path, PurePath


def source_name(folder: str) -> str:
    """A stable name for a source that does not reveal its publisher: `set_` and six digits."""
    return f"set_{sha256(folder.encode()).hexdigest()[:6]}"


def picture_name(path: PurePath) -> str:
    """A picture's name for labels: its source and its stem, without spaces."""
    return f"{source_name(path.parent.name)}_{path.stem}".replace(" ", "_")


def source_folder(folder: Path, source: str) -> Path:
    """The folder of a source among those below `folder`. Raises StopIteration if there is none."""
    return next(path for path in folder.iterdir() if source_name(path.name) == source)
