"""`ngatu verify`: checks evidence packages offline."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from contract.package import MANIFEST_FILE, verify_packages
from contract.signing import PublicKey
from edge.cli.screen import stop_with, tell

app = typer.Typer()


@app.command("verify")
def verify_command(
    packages: Annotated[list[Path], typer.Argument(help="package folders or ZIPs, or a folder of packages")],
    key: Annotated[str | None, typer.Option(help="the node's public key (base64url)")] = None,
) -> None:
    """Checks hashes, signature and chain of evidence packages, offline; exit 1 with the first failure."""
    try:
        public = PublicKey.from_text(key) if key else None
    except ValueError as problem:
        raise stop_with(f"--key: {problem}") from problem
    reports = verify_packages([place for path in packages for place in _places(path)], public)
    for report in reports:
        if report.failure is not None:
            raise stop_with(f"{report.path}: {report.failure}")
        tell(f"✓ {report.path}: {'; '.join(report.passed)}", Console())


def _places(path: Path) -> list[Path]:
    """The package itself, or all packages in a folder."""
    if path.is_dir() and not (path / MANIFEST_FILE).exists():
        return sorted(p for p in path.iterdir() if p.is_dir() or p.suffix == ".zip") or [path]
    return [path]
