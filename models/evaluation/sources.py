"""Names of picture sources: folders of the shared data carry the account names of their publishers."""

from hashlib import sha256
from pathlib import Path, PurePath


def source_name(folder: str) -> str:
    """A name for a source that says nothing of who published it, always the same: `set_` and six digits."""
    return f"set_{sha256(folder.encode()).hexdigest()[:6]}"


def picture_name(path: PurePath) -> str:
    """A picture's name for labels: its source and its stem, without spaces."""
    return f"{source_name(path.parent.name)}_{path.stem}".replace(" ", "_")


def source_folder(folder: Path, source: str) -> Path:
    """The folder of a source among those below `folder`. Raises StopIteration where there is none."""
    return next(path for path in folder.iterdir() if source_name(path.name) == source)
