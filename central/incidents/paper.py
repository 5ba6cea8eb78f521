"""The notice and the report of a security incident as papers (PDF), with what the audit log tells of the
period: who read whose data. What nobody has entered yet is left to be filled in by hand.
"""

from datetime import datetime

from central.documents.render import Job
from central.documents.values import LeadersReport, Office, Section, Table
from central.incidents.models import Incident
from central.incidents.service import FACTS, Letter, due_at
from central.reports import breach
from central.reports.breach import Told
from central.words.dictionary import translator
from central.words.forms import local_time
from central.words.languages import Language


def job_of(row: Incident, letter: Letter, told: Told, office: Office, now: datetime) -> Job:
    """What the papers' own process sets; setting it takes seconds: not for the inside of a transaction."""
    return Job.of(paper_of(row, letter, told, office, now))


def paper_of(row: Incident, letter: Letter, told: Told, office: Office, now: datetime) -> LeadersReport:
    """The content of the paper: the facts, then what the audit log tells."""
    t, read = told.t, breach.paper_of(told, office, now)
    basis = row.notice_basis if letter == "notice" else row.report_basis
    return read.model_copy(
        update={
            "number": f"…………/{'TB' if letter == 'notice' else 'BC'}",
            "title": t(f"incident.paper.{letter}"),
            "period": row.title,
            "notes": (
                t("incident.found", at=row.found_at),
                t("incident.due", at=due_at(row, letter), basis=basis),
                *_of_notice(row, letter, told.language),
                t("breach.window", first=told.report.first, until=told.report.until),
                t("breach.taken", at=now),
            ),
            "sections": (_facts(row, told.language), *read.sections[:-1]),
        }
    )


def _of_notice(row: Incident, letter: Letter, language: Language) -> list[str]:
    """In the report: the notice before it, or that there was none."""
    t = translator(language)
    if letter == "notice":
        return []
    if row.notice_sent_at is None:
        return [t("incident.notice_not_sent")]
    return [t("incident.notice_sent", at=row.notice_sent_at, number=row.notice_reference)]


def _facts(row: Incident, language: Language) -> Section:
    t = translator(language)
    lines = [(t("incident.found_at"), local_time(row.found_at, language))]
    lines += [(t(f"incident.fact.{name}"), row.facts.get(name) or "…" * 40) for name in FACTS]
    table = Table(heads=(t("breach.what"), t("breach.is")), words=2, lines=tuple(lines))
    return Section(title=t("incident.facts"), table=table)
