"""The notice, its publication, transfers to another unit, the owner's answer, verification, alerts."""

from central.proceedings import conditions as c
from central.proceedings.rows import Effect, Need, Step, by, sources
from central.proceedings.tracks import Actor, Track

_OFFICER = by(Actor.CASE_OFFICER)
_CITIZEN = by(Actor.CITIZEN, Actor.CASE_OFFICER)
_BEFORE_ANSWER = (c.CASE_OPEN, c.ORDINARY, c.NO_RECORD)
_ANSWERS = (
    "waiting",
    "silent",
    "in_session",
    "admitted",
    "named_driver",
    "denied",
    "organisation_silent",
    "stolen",
    "sold",
    "contested",
    "returned",
)
_ANY_ANSWER = sources(*_ANSWERS)

NOTICE = (
    Step(
        "draw_notice",
        Track.NOTICE,
        sources("none"),
        "drawn",
        _OFFICER,
        "TT 73/2024/TT-BCA, Điều 24, khoản 1",
        form="notice",
        needs=(
            c.CASE_OPEN,
            c.ORDINARY,
            c.DEVICE_VALID,
            c.RESULT_WRITTEN,
            c.OWNER_KNOWN,
            c.NOT_CLONED,
            c.HANDLED_HERE,
            c.NOT_DECIDED,
        ),
    ),
    Step(
        "sign_notice",
        Track.NOTICE,
        sources("drawn"),
        "signed",
        by(Actor.SIGNER),
        "TT 73/2024/TT-BCA, Điều 24, khoản 1",
        needs=(c.CASE_OPEN, c.NOT_OPERATOR, c.NOT_CLONED, c.ACT_SETTLED),
    ),
    Step(
        "redraw_notice",
        Track.NOTICE,
        sources("drawn", "signed"),
        "none",
        by(Actor.CASE_OFFICER, Actor.SIGNER),
        "TT 73/2024/TT-BCA, Điều 24, khoản 1",
        reason=True,
    ),
    Step(
        "send_notice",
        Track.NOTICE,
        sources("signed"),
        "sent",
        by(Actor.CLERK, Actor.CASE_OFFICER),
        "NĐ 168/2024/NĐ-CP, Điều 47, khoản 8, điểm a",
        events=("notice_sent",),
        needs=(c.CASE_OPEN, c.ORDINARY, c.NOT_CLONED),
    ),
    Step(
        "withdraw_notice",
        Track.NOTICE,
        sources("drawn", "signed", "sent"),
        "withdrawn",
        _OFFICER,
        "Luật XLVPHC, Điều 3",
        reason=True,
        needs=(c.NOT_DECIDED,),
        effects=(Effect(Track.PUBLICATION, "to_take_down", sources("published")),),
    ),
)

PUBLICATION = (
    Step(
        "publish",
        Track.PUBLICATION,
        sources("unpublished"),
        "published",
        by(Actor.SYSTEM, Actor.CASE_OFFICER),
        "TT 73/2024/TT-BCA, Điều 24, khoản 1",
        events=("published",),
        needs=(c.CASE_OPEN, c.ORDINARY, c.NOT_CLONED, Need("notice_not_sent", c.at(Track.NOTICE, "sent"))),
    ),
    Step(
        "update_publication",
        Track.PUBLICATION,
        sources("to_update"),
        "updated",
        by(Actor.SYSTEM, Actor.CASE_OFFICER),
        "TT 73/2024/TT-BCA, Điều 24, khoản 3",
    ),
    Step(
        "take_down",
        Track.PUBLICATION,
        sources("to_take_down"),
        "taken_down",
        by(Actor.SYSTEM, Actor.CASE_OFFICER),
        "TT 73/2024/TT-BCA, Điều 24, khoản 4",
    ),
)

TRANSFER = (
    Step(
        "transfer",
        Track.TRANSFER,
        sources("here"),
        "sent",
        _OFFICER,
        "NĐ 61/2026/NĐ-CP, Điều 15, khoản 2",
        form="transfer",
        events=("transferred",),
        needs=(
            c.CASE_OPEN,
            c.ORDINARY,
            c.RESULT_WRITTEN,
            c.OWNER_KNOWN,
            c.NOT_CLONED,
            c.LIVES_ELSEWHERE,
            c.COMMUNE_MAY,
            c.NO_RECORD,
        ),
    ),
    Step(
        "accept_transfer",
        Track.TRANSFER,
        sources("sent"),
        "accepted",
        by(Actor.COMMUNE, Actor.CASE_OFFICER),
        "NĐ 61/2026/NĐ-CP, Điều 15, khoản 2",
        events=("transfer_answered",),
    ),
    Step(
        "return_transfer",
        Track.TRANSFER,
        sources("sent"),
        "here",
        by(Actor.COMMUNE, Actor.CASE_OFFICER),
        "NĐ 61/2026/NĐ-CP, Điều 15, khoản 2",
        events=("transfer_answered",),
        reason=True,
    ),
)


def _answer(action: str, target: str, basis: str, *, reason: bool = False) -> Step:
    """An answer may be replaced by another until the record is made."""
    return Step(
        action,
        Track.ANSWER,
        _ANY_ANSWER - {target},
        target,
        _CITIZEN,
        basis,
        events=("answered", "silence_ended"),
        reason=reason,
        needs=(*_BEFORE_ANSWER, Need("notice_not_sent", c.at(Track.NOTICE, "sent"))),
    )


ANSWER = (
    Step(
        "open_session",
        Track.ANSWER,
        sources("waiting", "silent", "returned"),
        "in_session",
        _OFFICER,
        "TT 73/2024/TT-BCA, Điều 23",
        form="session_record",
        events=("answered", "silence_ended"),
        needs=_BEFORE_ANSWER,
    ),
    Step(
        "note_slip",
        Track.ANSWER,
        sources("silent"),
        "silent",
        by(Actor.COMMUNE, Actor.CASE_OFFICER),
        "TT 73/2024/TT-BCA, Điều 24, khoản 5, Mẫu số 04",
        needs=(*_BEFORE_ANSWER, Need("no_alert_yet", c.at(Track.ALERT, "raised"))),
    ),
    _answer("admit", "admitted", "NĐ 168/2024/NĐ-CP, Điều 47, khoản 8, điểm b"),
    _answer("name_driver", "named_driver", "NĐ 168/2024/NĐ-CP, Điều 47, khoản 8, điểm b"),
    _answer("deny_driving", "denied", "NĐ 168/2024/NĐ-CP, Điều 47, khoản 8, điểm b", reason=True),
    _answer("name_nobody", "organisation_silent", "NĐ 168/2024/NĐ-CP, Điều 47, khoản 8, điểm b"),
    _answer("say_stolen", "stolen", "NĐ 168/2024/NĐ-CP, Điều 47, khoản 8, điểm b", reason=True),
    _answer("say_sold", "sold", "NĐ 168/2024/NĐ-CP, Điều 47, khoản 6, điểm e", reason=True),
    _answer("contest", "contested", "Luật XLVPHC, Điều 3, khoản 1, điểm đ; Điều 59", reason=True),
    Step(
        "return_answer",
        Track.ANSWER,
        _ANY_ANSWER - {"waiting", "silent", "in_session", "returned"},
        "returned",
        by(Actor.CLERK, Actor.CASE_OFFICER),
        "NĐ 168/2024/NĐ-CP, Điều 47, khoản 8, điểm b",
        reason=True,
        needs=(c.CASE_OPEN, c.NO_RECORD, c.NOT_IDENTIFIED),
    ),
)

VERIFICATION = (
    Step(
        "start_verification",
        Track.VERIFICATION,
        sources("idle", "done"),
        "running",
        _OFFICER,
        "Luật XLVPHC, Điều 59; NĐ 168/2024/NĐ-CP, Điều 47, khoản 7",
        reason=True,
        events=("more_time_needed",),
        needs=(c.CASE_OPEN, c.NOT_DECIDED),
    ),
    Step(
        "finish_verification",
        Track.VERIFICATION,
        sources("running"),
        "done",
        _OFFICER,
        "Luật XLVPHC, Điều 59",
        form="verification",
        reason=True,
    ),
)

ALERT = (
    Step(
        "raise_alert",
        Track.ALERT,
        sources("none", "lifted"),
        "raised",
        _OFFICER,
        "NĐ 168/2024/NĐ-CP, Điều 47, khoản 11; TT 73/2024/TT-BCA, Điều 24, khoản 5",
        form="alert",
        events=("alert_raised",),
        needs=(c.CASE_OPEN, c.ORDINARY, c.NOT_CLONED, c.TO_ALERT),
        effects=(
            Effect(
                Track.ANSWER,
                "silent",
                sources("waiting"),
                when=c.at(Track.RECORD, "none"),
                events=("owner_silent",),
            ),
        ),
    ),
    Step(
        "lift_alert",
        Track.ALERT,
        sources("to_lift"),
        "lifted",
        by(Actor.SYSTEM, Actor.CASE_OFFICER),
        "NĐ 168/2024/NĐ-CP, Điều 47, khoản 11, điểm c",
        events=("alert_lifted",),
    ),
)
