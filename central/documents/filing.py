"""The job that makes a paper's file: its signer and its pictures."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from central.db import reading
from central.documents.archive import Archive, get
from central.documents.models import Document
from central.documents.signer import PaperSigner
from central.documents.values import Office
from central.media.places import store_of
from central.settings import CentralSettings, PaperSigningSettings, read_secret
from central.vault import Vault


def archive_of(settings: CentralSettings, vault: Vault) -> Archive:
    """The archive of the configured unit."""
    office = settings.office
    words = Office(
        parent=office.parent,
        name=office.name,
        words=office.words,
        place=office.place,
        address=office.address,
        phone=office.phone,
    )
    return Archive(vault, store_of(settings), words, settings.unit)


def signer_of(settings: PaperSigningSettings) -> PaperSigner | None:
    """The signer of papers; None if they are signed by hand. Raises PaperSigningError, SettingsError."""
    # Imported here: it loads libraries for half a second, and only a worker signs.
    if settings.pkcs12_file is not None:
        from central.documents.signing import FileSigner

        secret = read_secret(settings.passphrase_file).get_secret_value() if settings.passphrase_file else ""
        return FileSigner.from_file(settings.pkcs12_file, secret.encode() or None)
    if settings.url is not None:
        from central.documents.signing import RemoteSigner

        return RemoteSigner(settings.url, settings.token())
    return None


def make_file(
    engine: Engine, archive: Archive, signer: PaperSigner | None, document_id: int, now: datetime
) -> Document:
    """Makes the file of one paper, with the pictures its values name."""
    with reading(engine) as session:
        values = archive.values_of(get(session, document_id))
    return archive.make_file(engine, document_id, signer, pictures_of(values), now)


def pictures_of(values: Mapping[str, Any]) -> dict[str, str]:
    """The pictures a paper's values name, with their hashes."""
    pictures = values.get("pictures", ())
    return {picture["name"]: picture["sha256"] for picture in pictures if isinstance(picture, dict)}
