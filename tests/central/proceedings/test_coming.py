"""Which cases can still get a paper, by the step tables."""

import pytest
from sqlmodel import select

from central.db import transaction
from central.documents.forms import KINDS
from central.proceedings.coming import may_get, states_before
from central.proceedings.models import Proceeding, TrackState
from central.proceedings.tracks import Track
from tests.central.proceedings.office import Office


@pytest.mark.parametrize(
    ("track", "wanted", "before"),
    [
        (Track.RECORD, {"none"}, {"none"}),
        (Track.RESULT, {"unwritten"}, {"unwritten"}),
        (Track.TRANSFER, {"here"}, {"here", "sent"}),
        (Track.ENFORCEMENT, {"informed"}, {"none", "info_asked", "informed"}),
    ],
)
def test_states_lead_to_others_by_steps_and_by_effects(
    track: Track, wanted: set[str], before: set[str]
) -> None:
    assert states_before(track, frozenset(wanted)) == before


@pytest.mark.parametrize(
    ("track", "state", "kind", "comes"),
    [
        (None, "", "record", True),
        (Track.RECORD, "made", "record", False),
        (Track.RESULT, "written", "detection_result", False),
        (Track.RESULT, "written", "notice", True),
        (Track.DECISION, "signed", "notice", False),
        (Track.DECISION, "signed", "enforcement", True),
        (Track.DECISION, "no_sanction", "complaint_settled", True),
    ],
)
def test_a_case_is_counted_while_its_track_can_still_come_there(
    office: Office, track: Track | None, state: str, kind: str, comes: bool
) -> None:
    case_id = office.confirmed()
    with transaction(office.engine) as session:
        proceeding = session.exec(select(Proceeding).where(Proceeding.case_id == case_id)).one()
        if track is not None:
            moved = TrackState(proceeding_id=proceeding.id, track=track, state=state, since=office.now)
            session.add(moved)
        session.flush()
        found = session.exec(select(Proceeding.case_id).where(may_get(kind))).all()
    assert (case_id in found) is comes


def test_a_new_case_can_get_every_paper(office: Office) -> None:
    case_id = office.confirmed()
    with transaction(office.engine) as session:
        for kind in KINDS:
            assert session.exec(select(Proceeding.case_id).where(may_get(kind))).all() == [case_id], kind
