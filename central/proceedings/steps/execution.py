"""Delivery of a decision, payment, relief, points, confiscation, enforcement."""

from central.proceedings import conditions as c
from central.proceedings.rows import Effect, Need, Step, by, sources
from central.proceedings.steps.endings import TAKEN_DOWN
from central.proceedings.tracks import Actor, Track

_OFFICER = by(Actor.CASE_OFFICER)
_CLERK = by(Actor.CLERK, Actor.CASE_OFFICER)
_CITIZEN = by(Actor.CITIZEN, Actor.CASE_OFFICER)
_SIGNER = by(Actor.SIGNER)
_COLLECTOR = by(Actor.TREASURY, Actor.SYSTEM)
_NEED_SENT = Need("not_sent", c.at(Track.DELIVERY, "sent", "posting", "returned", "delivered"))

DELIVERY = (
    Step(
        "send_decision",
        Track.DELIVERY,
        sources("to_send"),
        "sent",
        _CLERK,
        "Luật XLVPHC, Điều 70, khoản 1–2",
        events=("decision_sent",),
        needs=(c.IN_FORCE,),
    ),
    Step(
        "enter_electronically",
        Track.DELIVERY,
        sources("sent"),
        "sent",
        by(Actor.CLERK, Actor.SYSTEM),
        "NĐ 118/2021/NĐ-CP, Điều 17a",
        events=("electronic_entered",),
        needs=(c.IN_FORCE,),
    ),
    Step(
        "note_return",
        Track.DELIVERY,
        sources("sent", "returned"),
        "returned",
        _CLERK,
        "NĐ 118/2021/NĐ-CP, Điều 17a",
        reason=True,
        needs=(c.IN_FORCE,),
    ),
    Step(
        "note_third_return",
        Track.DELIVERY,
        sources("returned"),
        "returned",
        _CLERK,
        "NĐ 118/2021/NĐ-CP, Điều 17a",
        events=("third_return",),
        needs=(c.IN_FORCE,),
    ),
    Step(
        "post_publicly",
        Track.DELIVERY,
        sources("sent", "returned"),
        "posting",
        by(Actor.CASE_OFFICER, Actor.COMMUNE),
        "Luật XLVPHC, Điều 70, khoản 2, điểm d",
        events=("posting_started",),
        needs=(c.IN_FORCE,),
    ),
    Step(
        "deliver",
        Track.DELIVERY,
        sources("sent", "returned", "posting"),
        "delivered",
        by(Actor.CLERK, Actor.CASE_OFFICER, Actor.COMMUNE, Actor.SYSTEM),
        "Luật XLVPHC, Điều 70; NĐ 118/2021/NĐ-CP, Điều 17a",
        events=("decision_delivered",),
        needs=(c.IN_FORCE,),
        effects=(Effect(Track.PAYMENT, "due", sources("not_due")),),
    ),
    Step(
        "refuse_receipt",
        Track.DELIVERY,
        sources("sent", "returned"),
        "delivered",
        by(Actor.CASE_OFFICER, Actor.COMMUNE),
        "Luật XLVPHC, Điều 70, khoản 2",
        form="refusal",
        reason=True,
        events=("decision_delivered",),
        needs=(c.IN_FORCE,),
        effects=(Effect(Track.PAYMENT, "due", sources("not_due")),),
    ),
)

PAYMENT = (
    Step(
        "pay_part",
        Track.PAYMENT,
        sources("not_due", "due", "partly", "overdue"),
        "partly",
        _COLLECTOR,
        "Luật XLVPHC, Điều 78, 79",
        form="receipt",
        needs=(c.IN_FORCE, _NEED_SENT),
    ),
    Step(
        "pay_in_full",
        Track.PAYMENT,
        sources("not_due", "due", "partly", "overdue"),
        "paid",
        _COLLECTOR,
        "Luật XLVPHC, Điều 78, khoản 1; NĐ 118/2021/NĐ-CP, Điều 20",
        form="receipt",
        events=("paid",),
        needs=(c.IN_FORCE, _NEED_SENT, c.FULLY_PAID),
    ),
    Step(
        "fall_overdue",
        Track.PAYMENT,
        sources("due", "partly"),
        "overdue",
        by(Actor.SYSTEM),
        "Luật XLVPHC, Điều 78, khoản 1",
        events=("payment_overdue",),
        needs=(
            c.IN_FORCE,
            c.PAYMENT_OVER,
            c.NOT_SUSPENDED,
            Need("relief_asked", c.not_at(Track.RELIEF, "asked")),
        ),
    ),
    Step(
        "end_execution",
        Track.PAYMENT,
        sources("not_due", "due", "partly", "overdue"),
        "void",
        _SIGNER,
        "Luật XLVPHC, Điều 75",
        reason=True,
        needs=(c.IN_FORCE, c.NOT_OPERATOR),
        effects=(
            Effect(Track.CASE, "unenforced", sources("open")),
            Effect(Track.ALERT, "to_lift", sources("raised"), events=("solved",)),
            TAKEN_DOWN,
        ),
    ),
    Step(
        "pay_back",
        Track.PAYMENT,
        sources("refund_due"),
        "refunded",
        _COLLECTOR,
        "NĐ 118/2021/NĐ-CP, Điều 13–15",
        form="refund",
    ),
)

RELIEF = (
    Step(
        "ask_relief",
        Track.RELIEF,
        sources("none", "refused"),
        "asked",
        _CITIZEN,
        "Luật XLVPHC, Điều 76, 77, 79",
        reason=True,
        events=("relief_asked",),
        needs=(c.IN_FORCE, c.DELIVERED, c.WITHIN_PAYMENT, c.NOT_PAID, c.RELIEF_OPEN),
    ),
    Step(
        "defer",
        Track.RELIEF,
        sources("asked"),
        "deferred",
        _SIGNER,
        "Luật XLVPHC, Điều 76",
        form="deferral",
        events=("relief_answered", "deferred"),
        needs=(c.IN_FORCE, c.NOT_OPERATOR),
    ),
    Step(
        "reduce",
        Track.RELIEF,
        sources("asked"),
        "reduced",
        _SIGNER,
        "Luật XLVPHC, Điều 77",
        form="reduction",
        events=("relief_answered",),
        needs=(c.IN_FORCE, c.NOT_OPERATOR),
    ),
    Step(
        "grant_instalments",
        Track.RELIEF,
        sources("asked"),
        "instalments",
        _SIGNER,
        "Luật XLVPHC, Điều 79",
        form="instalments",
        events=("relief_answered", "instalments_granted"),
        needs=(c.IN_FORCE, c.NOT_OPERATOR),
    ),
    Step(
        "refuse_relief",
        Track.RELIEF,
        sources("asked"),
        "refused",
        _SIGNER,
        "Luật XLVPHC, Điều 76, 77, 79",
        reason=True,
        events=("relief_answered",),
        needs=(c.NOT_OPERATOR,),
    ),
)

POINTS = (
    Step(
        "deduct_points",
        Track.POINTS,
        sources("to_deduct"),
        "deducted",
        by(Actor.SYSTEM, Actor.CASE_OFFICER),
        "NĐ 168/2024/NĐ-CP, Điều 50, khoản 1, điểm a",
        form="points_notice",
        events=("points_deducted",),
        needs=(c.IN_FORCE, c.NOT_SUSPENDED),
    ),
    Step(
        "give_points_back",
        Track.POINTS,
        sources("to_give_back"),
        "given_back",
        by(Actor.SYSTEM, Actor.CASE_OFFICER),
        "NĐ 168/2024/NĐ-CP, Điều 50",
    ),
)

CONFISCATION = (
    Step(
        "carry_out_confiscation",
        Track.CONFISCATION,
        sources("awaited"),
        "carried_out",
        by(Actor.CASE_OFFICER, Actor.EXECUTOR),
        "Luật XLVPHC, Điều 74, khoản 1; Điều 81",
        events=("confiscated",),
        needs=(c.IN_FORCE, c.NOT_SUSPENDED),
    ),
)
"""The confiscation of a plate goes on when the fine is paid, no longer enforced, or its debtor dead
(Law Art 74.1, 75): until it is done the case is neither executed nor closed."""

_ENFORCED = (
    c.IN_FORCE,
    c.NOT_SUSPENDED,
    c.WITHIN_ENFORCEMENT,
    Need("not_overdue", c.at(Track.PAYMENT, "overdue", "partly")),
)

ENFORCEMENT = (
    Step(
        "ask_information",
        Track.ENFORCEMENT,
        sources("none"),
        "info_asked",
        by(Actor.EXECUTOR, Actor.CASE_OFFICER),
        "NĐ 296/2025/NĐ-CP",
        events=("enforcement_info_asked",),
        needs=_ENFORCED,
    ),
    Step(
        "note_information",
        Track.ENFORCEMENT,
        sources("info_asked"),
        "informed",
        by(Actor.EXECUTOR, Actor.CASE_OFFICER),
        "NĐ 296/2025/NĐ-CP",
        reason=True,
        events=("enforcement_informed",),
        needs=_ENFORCED,
    ),
    Step(
        "order_enforcement",
        Track.ENFORCEMENT,
        sources("informed"),
        "ordered",
        _SIGNER,
        "Luật XLVPHC, Điều 86–88",
        form="enforcement",
        events=("enforcement_ordered",),
        needs=(*_ENFORCED, c.NOT_OPERATOR),
    ),
    Step(
        "send_enforcement",
        Track.ENFORCEMENT,
        sources("ordered"),
        "sent",
        _CLERK,
        "NĐ 296/2025/NĐ-CP",
        events=("enforcement_sent",),
        needs=(c.IN_FORCE,),
    ),
    Step(
        "enforcement_done",
        Track.ENFORCEMENT,
        sources("ordered", "sent"),
        "done",
        by(Actor.EXECUTOR, Actor.CASE_OFFICER),
        "NĐ 296/2025/NĐ-CP",
        reason=True,
    ),
    Step(
        "find_nothing",
        Track.ENFORCEMENT,
        sources("informed", "ordered", "sent"),
        "unrecoverable",
        by(Actor.EXECUTOR, Actor.CASE_OFFICER),
        "NĐ 296/2025/NĐ-CP",
        reason=True,
    ),
    Step(
        "enforcement_expires",
        Track.ENFORCEMENT,
        sources("none", "info_asked", "informed", "ordered", "sent", "unrecoverable"),
        "expired",
        by(Actor.SYSTEM),
        "Luật XLVPHC, Điều 74",
        needs=(c.IN_FORCE, c.ENFORCEMENT_OVER, c.NOT_PAID),
        effects=(
            Effect(Track.PAYMENT, "void"),
            Effect(Track.CASE, "unenforced", sources("open")),
            Effect(Track.ALERT, "to_lift", sources("raised"), events=("solved",)),
            TAKEN_DOWN,
        ),
    ),
)
