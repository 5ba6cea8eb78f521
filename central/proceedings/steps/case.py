"""The case as a whole: how it ends, and the act that reverses everything in it."""

from central.proceedings import conditions as c
from central.proceedings.rows import Effect, Need, Step, by, sources
from central.proceedings.steps.endings import SOLVED, UNDONE
from central.proceedings.tracks import Actor, Track

_OFFICER = by(Actor.CASE_OFFICER)

CASE = (
    Step(
        "expire",
        Track.CASE,
        sources("open", "time_over"),
        "expired",
        by(Actor.SYSTEM),
        "Luật XLVPHC, Điều 6; NĐ 168/2024/NĐ-CP, Điều 4",
        needs=(c.LIMITATION_OVER, c.NOT_DECIDED),
        effects=UNDONE,
    ),
    Step(
        "decision_time_over",
        Track.CASE,
        sources("open"),
        "time_over",
        by(Actor.SYSTEM),
        "Luật XLVPHC, Điều 65, khoản 1, điểm c",
        needs=(c.DECISION_TIME_OVER, c.NOT_DECIDED),
        effects=UNDONE,
    ),
    Step(
        "send_to_criminal",
        Track.CASE,
        sources("open", "executed"),
        "criminal",
        by(Actor.SIGNER, Actor.CASE_OFFICER),
        "Luật XLVPHC, Điều 62",
        reason=True,
        needs=(c.NOT_OPERATOR,),
        effects=(Effect(Track.SUSPENSION, "suspended", when=c.at(Track.DECISION, "signed")),),
    ),
    Step(
        "back_from_criminal",
        Track.CASE,
        sources("criminal"),
        "open",
        _OFFICER,
        "Luật XLVPHC, Điều 63; Điều 6, khoản 1, điểm c",
        reason=True,
        events=("back_from_criminal",),
        effects=(Effect(Track.SUSPENSION, "running", sources("suspended")),),
    ),
    Step(
        "cancel",
        Track.CASE,
        sources("open"),
        "cancelled",
        _OFFICER,
        "Luật XLVPHC, Điều 3",
        reason=True,
        needs=(c.NOT_OPERATOR, Need("notice_sent", c.not_at(Track.NOTICE, "sent")), c.NO_RECORD),
        effects=UNDONE,
    ),
    Step(
        "execute",
        Track.CASE,
        sources("open"),
        "executed",
        by(Actor.SYSTEM, Actor.CASE_OFFICER),
        "TT 73/2024/TT-BCA, Điều 24, khoản 3–4",
        events=("executed", "solved"),
        effects=SOLVED,
        needs=(c.DECIDED, c.IN_FORCE, Need("not_paid", c.at(Track.PAYMENT, "paid")), c.CONFISCATED),
    ),
    Step(
        "close",
        Track.CASE,
        sources(
            "executed",
            "unenforced",
            "handed_over",
            "no_sanction",
            "expired",
            "time_over",
            "cancelled",
            "stopped",
        ),
        "closed",
        _OFFICER,
        "Luật XLVPHC, Điều 57",
        needs=(
            Need("alert_open", c.at(Track.ALERT, "none", "lifted")),
            Need("publication_open", c.at(Track.PUBLICATION, "unpublished", "updated", "taken_down")),
            Need("money_open", c.not_at(Track.PAYMENT, "refund_due")),
            Need("points_open", c.not_at(Track.POINTS, "to_deduct", "to_give_back")),
            c.CONFISCATED,
        ),
    ),
)

STOP = Step(
    "stop",
    Track.CASE,
    sources("open", "executed", "unenforced", "no_sanction", "criminal", "closed"),
    "stopped",
    by(Actor.SIGNER),
    "Luật XLVPHC, Điều 3, khoản 1, điểm đ; Điều 18, khoản 3",
    reason=True,
    today=True,
    clears=("decision_signed", "executed"),
    needs=(c.NOT_OPERATOR,),
    effects=(
        *UNDONE,
        Effect(Track.DECISION, "none", sources("proposed", "signed")),
        Effect(
            Track.FORCE, "annulled", sources("in_force", "corrected"), when=c.at(Track.DECISION, "signed")
        ),
        Effect(
            Track.PAYMENT,
            "refund_due",
            sources("not_due", "due", "partly", "overdue", "paid", "void"),
            when=lambda dossier, _: dossier.money.paid > 0,
        ),
        Effect(
            Track.PAYMENT,
            "void",
            sources("not_due", "due", "overdue"),
            when=lambda dossier, _: dossier.money.paid == 0,
        ),
        Effect(Track.POINTS, "to_give_back", sources("deducted")),
        Effect(Track.POINTS, "none", sources("to_deduct")),
        Effect(Track.CONFISCATION, "none", sources("awaited")),
    ),
)
"""One act that reverses everything of a case whose camera was faulty: see
`central.proceedings.withdrawal`.
"""
