"""The evidence of a case as its owner sees it: masked copies, their times, the seals that prove them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from central.cases.queries import manifest_of, signed_token
from central.copies import service as copies
from central.copies.models import OwnerCopy
from central.fleet.enrolment import public_key_of
from contract.signing import key_id_of

_STILLS = ("before", "over", "continuing", "plate", "context")


@dataclass(frozen=True)
class Shown:
    """One file on the page; `seconds` counts from the act."""

    copy: OwnerCopy
    url: str
    captured_at: datetime
    seconds: float


@dataclass(frozen=True)
class EvidenceView:
    """The evidence on the page. `elapsed_red` and `amber` in seconds, None if no lamp is part of the act."""

    stills: tuple[Shown, ...]
    clip: Shown | None
    elapsed_red: float | None
    amber: float | None
    clock_ms: int

    @property
    def there(self) -> bool:
        """Whether anything can be shown yet."""
        return bool(self.stills) or self.clip is not None


def evidence_view(session: Session, case_id: int, page: str) -> EvidenceView:
    """The evidence of a case; `page` is the address of its page."""
    manifest = manifest_of(session, case_id)
    files = {file.name: file for file in manifest.files}
    shown = {
        copy.role: Shown(
            copy,
            f"{page}/files/{copy.name}",
            files[copy.name].captured_at,
            (files[copy.name].captured_at - manifest.occurred_at).total_seconds(),
        )
        for copy in copies.of_case(session, case_id)
        if copy.name in files and manifest.shown(files[copy.name].role) == files[copy.name]
    }
    signal = manifest.signal
    red = signal.elapsed_red_ms if signal is not None else None
    amber = signal.amber_ms if signal is not None else None
    return EvidenceView(
        stills=tuple(shown[role] for role in _STILLS if role in shown),
        clip=shown.get("clip"),
        elapsed_red=red / 1000 if red is not None else None,
        amber=amber / 1000 if amber is not None else None,
        clock_ms=manifest.clock.uncertainty_ms,
    )


def seals(session: Session, case_id: int, page: str) -> dict[str, Any]:
    """Everything a browser needs to check the evidence itself: the manifest signed by the camera's node, the
    centre's statement on each copy, and the public keys.
    """
    token = signed_token(session, case_id)
    return {
        "manifest": token,
        "node_key": public_key_of(session, key_id_of(token)),
        "files": [
            {
                "name": copy.name,
                "url": f"{page}/files/{copy.name}",
                "statement": copy.statement,
                "centre_key": copy.signed_with,
            }
            for copy in copies.of_case(session, case_id)
        ],
    }
