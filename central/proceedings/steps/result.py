"""The device's result, the act it proves, suspected clones, vehicles for other authorities, and the
driver.
"""

from central.proceedings import conditions as c
from central.proceedings.rows import Effect, Step, by, sources
from central.proceedings.steps.endings import UNDONE
from central.proceedings.tracks import Actor, Track

_OFFICER = by(Actor.CASE_OFFICER)
_BEFORE_ANSWER = (c.CASE_OPEN, c.ORDINARY, c.NO_RECORD)

_OF_THE_NOTICE = (
    "notice_sent",
    "answered",
    "owner_silent",
    "silence_ended",
    "violator_identified",
)
"""Effects that a notice to another person reverses. The publication stays: it names the vehicle, no
person.
"""

_NOTICE_ANEW = (
    Effect(Track.NOTICE, "none", sources("sent"), events=("notice_to_another",)),
    Effect(Track.NOTICE, "none"),
    Effect(Track.ANSWER, "waiting"),
)
"""A notice is sent to another person; if one was sent before, its deadlines restart."""

RESULT = (
    Step(
        "sign_result",
        Track.RESULT,
        sources("unwritten"),
        "written",
        by(Actor.DEVICE_USER),
        "NĐ 61/2026/NĐ-CP, Điều 12–14",
        form="detection_result",
        events=("result_written",),
        needs=(c.CASE_OPEN, c.DEVICE_VALID, c.NAMED_USER, c.NOT_OPERATOR),
    ),
)

_QUALIFYING = "Luật XLVPHC, Điều 3, khoản 1, điểm đ; Điều 59"

QUALIFICATION = (
    Step(
        "propose_requalification",
        Track.QUALIFICATION,
        sources("settled"),
        "proposed",
        _OFFICER,
        _QUALIFYING,
        reason=True,
        needs=(*_BEFORE_ANSWER, c.NOT_OPERATOR, c.NOT_DECIDED),
    ),
    Step(
        "requalify",
        Track.QUALIFICATION,
        sources("proposed"),
        "settled",
        by(Actor.SIGNER),
        _QUALIFYING,
        needs=(*_BEFORE_ANSWER, c.NOT_OPERATOR, c.NOT_PROPOSER, c.NOT_DECIDED),
        # A notice not yet received names the act that no longer applies: it is drawn up again.
        effects=(Effect(Track.NOTICE, "none", sources("drawn", "signed")),),
    ),
    Step(
        "refuse_requalification",
        Track.QUALIFICATION,
        sources("proposed"),
        "settled",
        by(Actor.SIGNER, Actor.CASE_OFFICER),
        _QUALIFYING,
        reason=True,
        needs=(c.CASE_OPEN,),
    ),
)
"""Charging another act of the law than the recorded one (another class of vehicle, a covered plate, the owner
driving): one person proposes it, another, who may sign, confirms it, before the record names it.
"""

CLONE = (
    Step(
        "suspect_clone",
        Track.CLONE,
        sources("none", "cleared"),
        "suspected",
        by(Actor.SYSTEM, Actor.CASE_OFFICER),
        "NĐ 168/2024/NĐ-CP, Điều 47, khoản 7",
        reason=True,
        needs=(c.CASE_OPEN, c.ORDINARY, c.NOT_DECIDED),
    ),
    Step(
        "clear_clone",
        Track.CLONE,
        sources("suspected"),
        "cleared",
        _OFFICER,
        "NĐ 168/2024/NĐ-CP, Điều 47, khoản 7",
        reason=True,
        needs=(c.CASE_OPEN, c.NOT_OPERATOR),
    ),
    Step(
        "confirm_clone",
        Track.CLONE,
        sources("suspected"),
        "confirmed",
        _OFFICER,
        "NĐ 168/2024/NĐ-CP, Điều 47, khoản 7",
        reason=True,
        needs=(c.CASE_OPEN, c.NOT_OPERATOR, c.NOT_DECIDED),
        effects=UNDONE,
    ),
)

HANDOVER = (
    Step(
        "hand_over",
        Track.HANDOVER,
        sources("none"),
        "sent",
        _OFFICER,
        "Luật XLVPHC, Điều 5, khoản 1",
        form="handover",
        needs=(c.CASE_OPEN, c.SPECIAL, c.RESULT_WRITTEN),
    ),
    Step(
        "handover_answered",
        Track.HANDOVER,
        sources("sent"),
        "answered",
        _OFFICER,
        "Luật XLVPHC, Điều 5, khoản 1",
        reason=True,
        effects=(Effect(Track.CASE, "handed_over", sources("open")),),
    ),
    Step(
        "handover_returned",
        Track.HANDOVER,
        sources("sent"),
        "returned",
        _OFFICER,
        "Luật XLVPHC, Điều 5, khoản 1",
        reason=True,
    ),
)

PERSON = (
    Step(
        "find_owner",
        Track.PERSON,
        sources("unknown"),
        "owner_known",
        by(Actor.SYSTEM, Actor.CASE_OFFICER),
        "TT 73/2024/TT-BCA, Điều 24, khoản 1; NĐ 168/2024/NĐ-CP, Điều 47, khoản 6",
        needs=(c.CASE_OPEN, c.ORDINARY, c.OWNER_KNOWN),
    ),
    Step(
        "replace_owner",
        Track.PERSON,
        sources("owner_known", "driver_named", "identified"),
        "owner_known",
        _OFFICER,
        "NĐ 168/2024/NĐ-CP, Điều 47, khoản 6",
        reason=True,
        needs=(*_BEFORE_ANSWER, c.OWNER_KNOWN),
        clears=_OF_THE_NOTICE,
        effects=_NOTICE_ANEW,
    ),
    Step(
        "invite_driver",
        Track.PERSON,
        sources("owner_known", "identified"),
        "driver_named",
        _OFFICER,
        "NĐ 168/2024/NĐ-CP, Điều 47, khoản 8",
        needs=(*_BEFORE_ANSWER, c.VIOLATOR_KNOWN),
        clears=_OF_THE_NOTICE,
        effects=_NOTICE_ANEW,
    ),
    Step(
        "identify_violator",
        Track.PERSON,
        sources("owner_known", "driver_named"),
        "identified",
        _OFFICER,
        "NĐ 168/2024/NĐ-CP, Điều 47, khoản 8; NĐ 61/2026/NĐ-CP, Điều 15, khoản 1",
        events=("violator_identified", "silence_ended"),
        needs=(
            *_BEFORE_ANSWER,
            c.RESULT_WRITTEN,
            c.NOT_CLONED,
            c.VIOLATOR_KNOWN,
            c.ANSWERED,
            c.NOT_VERIFYING,
            c.LIMITATION_OPEN,
        ),
    ),
)
