"""All tables of the centre in one place: for migrations, tests and tools that need the whole schema."""

from sqlalchemy import Table
from sqlmodel import SQLModel

import central.accounts.models
import central.alarms.models
import central.audit.models
import central.cases.models
import central.citizens.models
import central.connections.models
import central.copies.models
import central.data_subjects.models
import central.deadlines.models
import central.devices.models
import central.dispatches.models
import central.documents.models
import central.exemptions.models
import central.fleet.models
import central.incidents.models
import central.ingest.models
import central.jobs.models
import central.law.models
import central.media.models
import central.notifications.models
import central.offences.models
import central.parties.models
import central.payments.models
import central.population.models
import central.proceedings.models
import central.registry.models
import central.reports.models
import central.retention.models
import central.review.models
import central.searches.models
import central.viewing.models
import central.watching.models  # noqa: F401

ALL_TABLES: list[Table] = list(SQLModel.metadata.sorted_tables)
