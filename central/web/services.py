"""Dependencies of the interfaces besides the database and the settings, created once at application start."""

from dataclasses import dataclass

from sqlmodel import Session
from starlette.requests import Request

from central.accounts.oidc import Provider
from central.documents.archive import Archive
from central.documents.filing import archive_of
from central.media.places import store_of
from central.media.sights import CheckedMedia
from central.parties.service import Parties
from central.proceedings.clones import Places, places_of
from central.proceedings.papers.sheet import Records
from central.reports.periods import CutOffs
from central.settings import CentralSettings, OfficeSettings
from central.vault import BlindIndex, Vault


@dataclass(frozen=True)
class Services:
    """The evidence store, the vault of personal data with its index, the archive of papers, the office, the
    police unit that handles cases, the identity provider of staff."""

    media: CheckedMedia
    vault: Vault
    index: BlindIndex
    archive: Archive
    office: OfficeSettings
    unit: str
    places: Places
    cut_offs: CutOffs
    provider: Provider | None = None

    @classmethod
    def of(cls, settings: CentralSettings) -> "Services":
        """Created from the settings; missing keys are generated."""
        vault = Vault.create_file(settings.owner_key)
        return cls(
            media=CheckedMedia(store_of(settings)),
            vault=vault,
            index=BlindIndex.create_file(settings.index_key),
            archive=archive_of(settings, vault),
            office=settings.office,
            unit=settings.unit,
            places=places_of(settings),
            cut_offs=CutOffs(settings.reports.weekday, settings.reports.month_day),
            provider=Provider(settings.staff_login) if settings.staff_login else None,
        )

    def parties(self, session: Session) -> Parties:
        """The parties service in a transaction."""
        return Parties(session, self.vault, self.index)

    def records(self, session: Session) -> Records:
        """The dependencies for drawing papers up, in a transaction."""
        return Records.of(session, self.vault, self.index, self.archive, self.office)


def services(request: Request) -> Services:
    """The services of the running application."""
    found = request.app.state.services
    assert isinstance(found, Services)
    return found
