"""A decision in force, corrected or annulled; its suspension; complaints and the court."""

from central.proceedings import conditions as c
from central.proceedings.rows import Effect, Need, Step, by, sources
from central.proceedings.tracks import Actor, Track

_OFFICER = by(Actor.CASE_OFFICER)
_CITIZEN = by(Actor.CITIZEN, Actor.CASE_OFFICER)
_SIGNER = by(Actor.SIGNER)
_NEED_SENT = Need("not_sent", c.at(Track.DELIVERY, "sent", "posting", "returned", "delivered"))

_SETTLED = (
    Effect(Track.COMPLAINT, "settled", sources("accepted"), events=("complaint_settled",)),
    Effect(Track.COMPLAINT, "second_settled", sources("second_filed"), events=("second_settled",)),
)
"""Annulling a decision settles the complaint against it."""

_GIVE_BACK = (
    Effect(Track.PAYMENT, "refund_due", when=lambda dossier, _: dossier.money.paid > 0),
    Effect(Track.PAYMENT, "void", when=lambda dossier, _: dossier.money.paid == 0),
    Effect(Track.POINTS, "to_give_back", sources("deducted")),
    Effect(Track.POINTS, "none", sources("to_deduct")),
    Effect(Track.CONFISCATION, "none", sources("awaited")),
    Effect(Track.RELIEF, "none", sources("asked")),
)
"""Returns due at the end of a decision: money received, points deducted."""

_REOPENED = (
    Effect(Track.DECISION, "none"),
    Effect(Track.CASE, "open", sources("executed", "closed")),
    Effect(Track.ALERT, "to_lift", sources("raised"), events=("solved",)),
    Effect(Track.PUBLICATION, "published", sources("to_update", "updated")),
)
"""Without its decision the case is undecided again, in public too (no longer "Đã xử phạt")."""

FORCE = (
    Step(
        "correct_decision",
        Track.FORCE,
        sources("in_force"),
        "corrected",
        _SIGNER,
        "NĐ 118/2021/NĐ-CP, Điều 13–15",
        reason=True,
        form="correction",
        needs=(c.NOT_OPERATOR,),
    ),
    Step(
        "annul_decision",
        Track.FORCE,
        sources("in_force", "corrected"),
        "annulled",
        _SIGNER,
        "Luật XLVPHC, Điều 18, khoản 3; NĐ 118/2021/NĐ-CP, Điều 13–15",
        reason=True,
        form="annulment",
        today=True,
        needs=(c.NOT_OPERATOR,),
        clears=("decision_signed", "executed"),
        effects=(
            *_GIVE_BACK,
            *_SETTLED,
            *_REOPENED,
        ),
    ),
)

SUSPENSION = (
    Step(
        "restart_enforcement",
        Track.SUSPENSION,
        sources("running"),
        "running",
        _SIGNER,
        "Luật XLVPHC, Điều 74, khoản 2",
        reason=True,
        events=("enforcement_restarted",),
        needs=(
            c.IN_FORCE,
            c.NOT_OPERATOR,
            c.WITHIN_ENFORCEMENT,
            Need("not_overdue", c.at(Track.PAYMENT, "overdue")),
        ),
    ),
    Step(
        "suspend",
        Track.SUSPENSION,
        sources("running"),
        "suspended",
        _SIGNER,
        "Luật XLVPHC, Điều 15; Luật Khiếu nại, Điều 35",
        reason=True,
        form="suspension",
        needs=(c.IN_FORCE,),
    ),
    Step(
        "resume",
        Track.SUSPENSION,
        sources("suspended"),
        "running",
        _SIGNER,
        "Luật Khiếu nại, Điều 35",
        reason=True,
    ),
)

COMPLAINT = (
    Step(
        "complain",
        Track.COMPLAINT,
        sources("none"),
        "filed",
        _CITIZEN,
        "Luật XLVPHC, Điều 15; Luật Khiếu nại, Điều 9",
        reason=True,
        events=("complaint_filed",),
        needs=(c.IN_FORCE, _NEED_SENT, c.WITHIN_COMPLAINT),
    ),
    Step(
        "accept_complaint",
        Track.COMPLAINT,
        sources("filed"),
        "accepted",
        _OFFICER,
        "Luật Khiếu nại, Điều 27; NĐ 155/2026/NĐ-CP",
        events=("complaint_answered", "complaint_accepted"),
    ),
    Step(
        "refuse_complaint",
        Track.COMPLAINT,
        sources("filed"),
        "refused",
        _OFFICER,
        "Luật Khiếu nại, Điều 27",
        reason=True,
        events=("complaint_answered",),
    ),
    Step(
        "find_complaint_complex",
        Track.COMPLAINT,
        sources("accepted"),
        "accepted",
        _OFFICER,
        "Luật Khiếu nại, Điều 28",
        reason=True,
        events=("complaint_complex",),
    ),
    Step(
        "find_second_complex",
        Track.COMPLAINT,
        sources("second_filed"),
        "second_filed",
        _OFFICER,
        "Luật Khiếu nại, Điều 37",
        reason=True,
        events=("second_complex",),
    ),
    Step(
        "settle_complaint",
        Track.COMPLAINT,
        sources("accepted"),
        "settled",
        _SIGNER,
        "Luật Khiếu nại, Điều 28",
        reason=True,
        events=("complaint_settled",),
        needs=(c.NOT_OPERATOR,),
    ),
    Step(
        "complain_again",
        Track.COMPLAINT,
        sources("settled"),
        "second_filed",
        _CITIZEN,
        "Luật Khiếu nại, Điều 33",
        reason=True,
        events=("second_filed", "second_accepted"),
        needs=(c.WITHIN_SECOND,),
    ),
    Step(
        "settle_second",
        Track.COMPLAINT,
        sources("second_filed"),
        "second_settled",
        _SIGNER,
        "Luật Khiếu nại, Điều 36–37",
        reason=True,
        events=("second_settled",),
        needs=(c.NOT_OPERATOR, c.NOT_DECIDER),
    ),
    Step(
        "withdraw_complaint",
        Track.COMPLAINT,
        sources("filed", "accepted", "second_filed"),
        "withdrawn",
        _CITIZEN,
        "Luật Khiếu nại, Điều 10",
        events=("complaint_answered", "complaint_settled"),
    ),
)

COURT = (
    Step(
        "sue",
        Track.COURT,
        sources("none"),
        "filed",
        _CITIZEN,
        "Luật Tố tụng hành chính, Điều 116",
        reason=True,
        events=("suit_filed",),
        needs=(_NEED_SENT, c.WITHIN_COURT),
    ),
    Step(
        "court_upholds",
        Track.COURT,
        sources("filed"),
        "upheld",
        _OFFICER,
        "Luật Tố tụng hành chính, Điều 193",
        reason=True,
    ),
    Step(
        "court_annuls",
        Track.COURT,
        sources("filed"),
        "annulled",
        _OFFICER,
        "Luật Tố tụng hành chính, Điều 193",
        reason=True,
        clears=("decision_signed", "executed"),
        effects=(
            Effect(Track.FORCE, "annulled", sources("in_force", "corrected")),
            *_GIVE_BACK,
            *_REOPENED,
        ),
    ),
    Step(
        "suit_withdrawn",
        Track.COURT,
        sources("filed"),
        "withdrawn",
        _CITIZEN,
        "Luật Tố tụng hành chính, Điều 143",
    ),
)
