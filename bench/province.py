"""The proceedings of a province beside the cases of `bench.review`: offences, owners, notices, answers,
records, decisions, deadlines, payments, documents and pending items at the desks, made inside PostgreSQL.

Of a hundred recorded cases 97 get a notice, 62 owners answer, 80 records are made, 74 decisions are signed,
60 fines are paid in time and 14 are overdue; as far as the days since the act allow. None of it can be
decrypted: sealed fields hold a few hundred dummy bytes. The audit log, answers of registers and mails are
left out.
"""

from sqlalchemy import Engine, text

from bench.loading import without_indexes
from central.cases.models import CaseEvent
from central.citizens.models import Submission
from central.db import transaction
from central.deadlines.models import DeadlineRow
from central.documents.models import Document
from central.offences.models import Offence
from central.parties.models import CaseParty, Party
from central.proceedings.models import (
    Decision,
    DecisionAct,
    DecisionPayment,
    Proceeding,
    ProceedingEvent,
    ProceedingStep,
    TrackState,
    WaitingStep,
)

_FILLED_TABLES = (
    CaseEvent, CaseParty, DeadlineRow, Decision, DecisionAct, DecisionPayment, Document, Offence, Party,
    Proceeding, ProceedingEvent, ProceedingStep, Submission, TrackState, WaitingStep,
)  # fmt: skip

_STAGED = """
CREATE TEMP TABLE staged ON COMMIT DROP AS
SELECT id, occurred_at AS at, (occurred_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day,
       CAST(:today AS date) - (occurred_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS age,
       (id::bigint * 7919 % 100)::int AS h, rule, plate, site, site_name, operator_id, officer_id
FROM case_file WHERE state = 'recorded'
"""

_STEPS = """
CREATE TEMP TABLE taken ON COMMIT DROP AS
SELECT s.id, s.at, s.day, s.age, s.h, s.operator_id, s.officer_id, t.* FROM staged s JOIN (VALUES
  ('sign_result', 'result', 'none', 'written', 1, 100, 'result_written', false),
  ('draw_notice', 'notice', 'none', 'drawn', 4, 97, '', false),
  ('sign_notice', 'notice', 'drawn', 'signed', 5, 97, '', false),
  ('send_notice', 'notice', 'signed', 'sent', 6, 97, 'notice_sent', false),
  ('publish', 'publication', 'unpublished', 'published', 6, 97, 'published', false),
  ('admit', 'answer', 'waiting', 'admits', 16, 62, 'answered', false),
  ('raise_alert', 'alert', 'none', 'raised', 27, 12, 'alerted', false),
  ('identify_violator', 'person', 'unknown', 'identified', 28, 80, 'violator_identified', false),
  ('make_record', 'record', 'none', 'made', 30, 80, 'record_made', false),
  ('sign_record', 'record', 'made', 'signed', 30, 70, 'record_signed', false),
  ('propose_decision', 'decision', 'none', 'proposed', 35, 75, '', false),
  ('sign_decision', 'decision', 'proposed', 'signed', 37, 74, 'decision_signed', false),
  ('send_decision', 'delivery', 'to_send', 'sent', 38, 74, 'decision_sent', true),
  ('deliver', 'delivery', 'sent', 'delivered', 41, 74, 'decision_delivered', true),
  ('deduct_points', 'points', 'to_deduct', 'deducted', 38, 70, 'points_deducted', true),
  ('pay_in_full', 'payment', 'due', 'paid', 48, 60, 'paid', true),
  ('execute', 'case', 'open', 'executed', 48, 60, 'executed', false),
  ('close', 'case', 'executed', 'closed', 55, 50, '', false)
) AS t(action, track, was, became, after, below, event, of_decision)
ON s.h < t.below AND s.age >= t.after
UNION ALL
SELECT s.id, s.at, s.day, s.age, s.h, s.operator_id, s.officer_id, t.* FROM staged s JOIN (VALUES
  ('fall_overdue', 'payment', 'due', 'overdue', 52, 74, 'payment_overdue', true)
) AS t(action, track, was, became, after, below, event, of_decision)
ON s.h >= 60 AND s.h < t.below AND s.age >= t.after
"""

_FILLED = (
    """INSERT INTO party (id, kind, identity_index, area, created_at, blocked_reason)
       SELECT id, CASE WHEN h % 10 = 0 THEN 'organisation' ELSE 'person' END, 'bench-' || id, '0' || (h %
         60), at, ''
       FROM staged""",
    """INSERT INTO case_party (case_id, party_id, role, source, at)
       SELECT id, id, 'owner', 'registry', at
       FROM staged""",
    """INSERT INTO offence (id, case_id, number, unit, year, sequence, rule, act, law_code, article,
         legal_basis, act_vi, act_en, vehicle_class, party, fine_min, fine_max, points, confidence,
         proven, reason, plate, vehicle_kind, site, site_name, occurred_at, recorded_at, operator_id,
         officer_id)
       SELECT id, id, 'BN-' || id, 'BN', EXTRACT(year FROM day)::int, id, rule, rule, 'RED-M', '7.7.c',
         'NĐ 168/2024/NĐ-CP', 'không chấp hành hiệu lệnh đèn', 'red light', 'motorbike', 'driver',
         4000000, 6000000, 4, 'sure', true, '', plate, 'motorbike', site, site_name, at, at +
         interval '1 day', operator_id, officer_id
       FROM staged""",
    """INSERT INTO proceeding (id, case_id, offence_id, kind, unit, handled_by, opened_at, version,
         operator_id, officer_id, captured_on, limitation_on, violator_id, violator_as, residence,
         waiting_at)
       SELECT id, id, id, 'ordinary', 'BN', 'BN', at + interval '1 day', 10, operator_id, officer_id,
         day, day + 365, CASE WHEN h < 80 AND age >= 28 THEN id END, CASE WHEN h < 80 AND age >= 28 THEN
         'owner' END, 'here', at
       FROM staged""",
    """INSERT INTO case_event (case_id, at, action, from_state, to_state, actor_name, note, detail)
       SELECT id, at + after * interval '1 hour', action, was, became, 'bench', '', '{}'
       FROM staged, (VALUES (1, 'accept', 'in_review', 'accepted'), (2, 'owner_found', 'accepted',
         'owner_found'), (20, 'confirm', 'owner_found', 'confirmed'), (21, 'record', 'confirmed',
         'recorded')) AS e(after, action, was, became)""",
    """INSERT INTO decision (id, number, unit, year, sequence, party_id, organisation, signer_id,
         signer_title, operator_id, officer_id, signed_on, signed_at, limitation_on, decide_by, fine,
         points, circumstances, pay_within_days, ended_reason, promised_back)
       SELECT id, id || '/QD', 'BN', EXTRACT(year FROM day)::int, id, id, h % 10 = 0, officer_id,
         'division_head', operator_id, officer_id, day + 37, at + interval '37 days', day + 365, day +
         60, 5000000, CASE WHEN h % 10 = 0 THEN 0 ELSE 4 END, '[]', 10, '', 0
       FROM taken WHERE action = 'sign_decision'""",
    """INSERT INTO decision_act (decision_id, proceeding_id, offence_id, low, high, fine, points, living)
       SELECT id, id, id, 4000000, 6000000, 5000000, 4, true
       FROM taken WHERE action = 'sign_decision'""",
    """INSERT INTO proceeding_step (proceeding_id, decision_id, action, moved, day, at, actor_id, actor,
         reason, note, detail)
       SELECT id, CASE WHEN of_decision THEN id END, action, json_build_object(track,
         json_build_array(was, became)), day + after, at + after * interval '1 day', officer_id,
         'user:bench', '', '', CASE WHEN action = 'deduct_points' THEN '{"before": 12}'::json ELSE
         '{}'::json END
       FROM taken ORDER BY day + after""",
    """INSERT INTO track_state (proceeding_id, decision_id, track, state, since)
       SELECT DISTINCT ON (id, track) CASE WHEN NOT of_decision THEN id END, CASE WHEN of_decision THEN
         id END, track, became, at + after * interval '1 day'
       FROM taken ORDER BY id, track, after DESC""",
    """INSERT INTO proceeding_event (proceeding_id, decision_id, event, day, moment, ended_reason)
       SELECT CASE WHEN NOT of_decision THEN id END, CASE WHEN of_decision THEN id END, event, day +
         after, at + after * interval '1 day', ''
       FROM taken WHERE event <> ''""",
    """INSERT INTO decision_payment (decision_id, reference, amount, fee, paid_on, source, entered_at,
         beyond)
       SELECT id, 'bank:' || id, 5000000, 0, day + 48, CASE WHEN h % 3 = 0 THEN 'kho bạc' ELSE 'Cổng
         thanh toán' END, at + interval '48 days', false
       FROM taken WHERE action = 'pay_in_full'""",
    """INSERT INTO document (key, kind, template, case_id, decision_id, party_id, unit, year, sequence,
         number, dated, drawn_at, state, wrapped_key, key_id, sealed_values, values_sha256, sha256,
         sealed_sha256, pages, signed_at, signed_as, sent_how, error, final)
       SELECT p.kind || id, p.kind, p.kind || '-1', id, CASE WHEN of_decision THEN id END, id, 'BN',
         EXTRACT(year FROM day)::int, id, id || '/' || p.kind, day + after, at, 'signed', '\\x00',
         'bench', decode(repeat('00', 400), 'hex'), repeat('0', 64), repeat('0', 64), repeat('0', 64), 2,
         at + after * interval '1 day', 'BN', '', '', true
       FROM taken JOIN (VALUES ('send_notice', 'notice'), ('make_record', 'record'), ('sign_decision',
         'decision'), ('pay_in_full', 'receipt')) AS p(step, kind) ON p.step = action""",
    """INSERT INTO citizen_submission (key, number, proceeding_id, party_id, kind, sealed, key_id,
         sha256, at, signed_by, reply, via, came_on, state, refusal)
       SELECT 'k' || id, 'n' || id, id, id, action, '\\x00', 'bench', repeat('0', 64), at +
         interval '16 days', 'code', '', 'portal', day + after, 'accepted', ''
       FROM taken WHERE action = 'admit' AND h % 2 = 0""",
    """INSERT INTO deadline (case_id, decision_id, code, whose, start, last_day, due_at, met_on,
         legal_basis, set_at, ended_reason)
       SELECT s.id, CASE WHEN d.of_decision THEN s.id END, code, whose, day + begins, day + ends, (day +
         ends + 1)::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh', CASE WHEN h < below AND age >= met THEN
         day + met END, 'x', at, ''
       FROM staged s JOIN (VALUES ('notice', 'authority', 0, 10, 6, 97, 100, false), ('limitation',
         'authority', 0, 365, 37, 74, 100, false), ('appearance', 'citizen', 6, 26, 16, 62, 97, false),
         ('record', 'authority', 28, 35, 30, 80, 80, false), ('decision', 'authority', 30, 39, 37, 74,
         80, false), ('service', 'authority', 37, 42, 38, 74, 74, true), ('payment', 'citizen', 41, 51,
         48, 60, 74, true), ('complaint', 'citizen', 41, 131, 0, 0, 74, true), ('court', 'citizen', 41,
         406, 0, 0, 74, true), ('enforcement', 'authority', 37, 402, 48, 60, 74, true)) AS d(code, whose,
         begins, ends, met, below, runs_below, of_decision) ON s.age >= d.begins AND s.h < d.runs_below""",
    """INSERT INTO waiting_step (proceeding_id, case_id, desk, action, since, due_at)
       SELECT id, id, desk, action, at + begins * interval '1 day', at + ends * interval '1 day'
       FROM staged JOIN (VALUES ('device_user', 'sign_result', 0, 1, 10, 0, 100), ('case_officer',
         'draw_notice', 1, 4, 10, 0, 97), ('signer', 'sign_notice', 4, 5, 10, 0, 97), ('clerk',
         'send_notice', 5, 6, 10, 0, 97), ('case_officer', 'raise_alert', 27, 400, 365, 70, 80),
         ('case_officer', 'make_record', 28, 30, 35, 0, 80), ('signer', 'sign_decision', 35, 37, 39, 0,
         74), ('clerk', 'send_decision', 37, 38, 40, 0, 74), ('treasury', 'pay_part', 41, 400, 51, 60,
         74), ('case_officer', 'ask_information', 52, 400, 402, 66, 74)) AS w(desk, action, begins,
         until, ends, low, below) ON age >= begins AND age < until AND h >= low AND h < below""",
)


def fill(engine: Engine, today: str) -> None:
    """Stores the proceedings of every recorded case; only on PostgreSQL."""
    with without_indexes(engine, *_FILLED_TABLES), transaction(engine) as session:
        session.execute(text("SET LOCAL statement_timeout = 0"))
        session.execute(text("SET LOCAL session_replication_role = replica"))  # without checking foreign keys
        session.execute(text(_STAGED), {"today": today})
        session.execute(text(_STEPS))
        for statement in _FILLED:
            session.execute(text(statement))
