"""Settings of the centre: one YAML file, each value also settable as `NGATU_CENTRAL_…` in the environment.

There is no default password or key anywhere. Secrets are read from separate files (systemd credentials,
mounted secrets), so that neither the settings file nor a process list shows them.
"""

import os
import re
from pathlib import Path
from typing import Annotated, Literal

import httpx
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from central.db import parse_url
from central.words.languages import Language
from configs.loading import ConfigError, load_yaml
from contract.joining import Address, BrokerPlace


class SettingsError(ValueError):
    """The settings can't be used; the message names file, line, key and what to do."""


def _http_address(text: str) -> str:
    """Refuses an address that can't be requested over HTTP, when the settings are read and not at the first
    request.
    """
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        url = httpx.URL("")
    reachable = (
        url.scheme in ("http", "https")
        and re.fullmatch(r"[\w:][\w.:-]*", url.raw_host.decode())
        and (url.port is None or 0 < url.port < 65536)
    )
    if not reachable or url.userinfo or url.query or url.fragment:
        raise ValueError("must be an address like https://register.example.vn/api, with nothing added")
    return text


HttpAddress = Annotated[str, AfterValidator(_http_address)]


def _credential(path: Path) -> Path:
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    return path if path.is_absolute() or folder is None else Path(folder) / path


SecretFile = Annotated[Path, AfterValidator(_credential)]
"""A file that contains only a secret.

A bare name is that of a credential that systemd (or a container's secrets) passed to this process; without
such a folder it is relative to the working directory.
"""

Host = Annotated[str, Field(pattern=r"^[\w.:-]+$", max_length=253)]
"""A name or an address of a server, without scheme, port or path."""


class MqttSettings(BaseModel):
    """How ingest reaches the broker."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: Host = "127.0.0.1"
    port: int = Field(default=8883, ge=1, le=65535)
    protocol: Literal["5", "3.1.1"] = "5"
    username: str | None = None
    password_file: SecretFile | None = None
    tls: bool = True
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: SecretFile | None = None
    client_id: Annotated[str, Field(pattern=r"^[\x21-\x7e]+$", max_length=100)] = "ngatu-ingest"

    def password(self) -> SecretStr | None:
        """The password in `password_file`, without a line end."""
        return read_secret(self.password_file) if self.password_file else None


class NodeBrokerSettings(BaseModel):
    """The broker's address for nodes, which may differ from the one ingest uses."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str
    port: int = Field(default=8883, ge=1, le=65535)
    tls: bool = True
    ca_file: Path | None = None

    def place(self) -> BrokerPlace:
        """The address as sent to nodes. Raises SettingsError."""
        try:
            ca = self.ca_file.read_text(encoding="ascii") if self.ca_file else ""
        except (OSError, UnicodeDecodeError) as problem:
            raise SettingsError(f"nodes.broker.ca_file: {self.ca_file} can't be read: {problem}") from problem
        return BrokerPlace(host=self.host, port=self.port, tls=self.tls, ca=ca)


class MetricsSettings(BaseModel):
    """The address at which the worker serves Prometheus."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = "127.0.0.1"
    port: int = Field(default=9109, ge=1, le=65535)


class NodeSettings(BaseModel):
    """Addresses sent to nodes when they enrol: the centre's web application, and the broker."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    address: Address | None = None
    broker: NodeBrokerSettings | None = None


class PeerSettings(BaseModel):
    """Another authority's system over HTTP, and our token for it; without an address people enter the
    answers.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: HttpAddress | None = None
    token_file: SecretFile | None = None

    def token(self) -> str:
        """The token in `token_file`, empty without one. Raises SettingsError."""
        return _read_token(self.token_file)


class RegistrySettings(PeerSettings):
    """The source of owner look-ups: the sample registry file, or a service over HTTP."""

    sample_file: Path | None = None

    @model_validator(mode="after")
    def _one_of(self) -> "RegistrySettings":
        if self.sample_file and self.url:
            raise ValueError("give either sample_file or url, not both")
        return self


class OfficeSettings(BaseModel):
    """The police unit as named in its papers, and where fines are paid.

    `words`: the unit's name within sentences; `words_en`: the same on English pages, if it has an English
    name.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    parent: str = "CÔNG AN TỈNH BẮC NINH"
    name: str = "PHÒNG CẢNH SÁT GIAO THÔNG"
    words: str = "Phòng Cảnh sát giao thông Công an tỉnh Bắc Ninh"
    words_en: str = ""
    place: str = "Bắc Ninh"
    address: str = "(địa chỉ đơn vị)"
    phone: str = "(điện thoại đơn vị)"
    treasury: str = "Kho bạc Nhà nước"
    account: str = "(tài khoản thu phạt)"
    portal: HttpAddress = "http://127.0.0.1:8001"

    def called(self, language: Language) -> str:
        """The unit's name on a page in that language."""
        return (language == "en" and self.words_en) or self.words


class SitePlace(BaseModel):
    """The position of a site, in degrees (WGS 84): two positions and the time between sightings reveal a
    cloned plate.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class PaperSigningSettings(PeerSettings):
    """The signer of papers: a PKCS#12 file, or the province's signing service. With neither, papers are
    signed by hand.
    """

    pkcs12_file: SecretFile | None = None
    passphrase_file: SecretFile | None = None

    @model_validator(mode="after")
    def _one_of(self) -> "PaperSigningSettings":
        if self.pkcs12_file and self.url:
            raise ValueError("give either pkcs12_file or url, not both")
        return self


class OidcSettings(BaseModel):
    """An identity provider (OpenID Connect): for citizens VNeID, for staff the province's.

    `claim` identifies the person: an identity number for citizens, a user name for staff. `label` is the text
    of the button; `label_en` that on English pages, if different.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: HttpAddress
    client_id: Annotated[str, Field(min_length=1, max_length=200)]
    client_secret_file: SecretFile | None = None
    scope: str = "openid profile"
    claim: Annotated[str, Field(min_length=1, max_length=60)]
    label: str = "VNeID"
    label_en: str = ""

    def called(self, language: Language) -> str:
        """The provider's name on a page in that language."""
        return (language == "en" and self.label_en) or self.label

    def secret(self) -> str | None:
        """Our client secret; None for a public client, protected by PKCE alone. Raises SettingsError."""
        return read_secret(self.client_secret_file).get_secret_value() if self.client_secret_file else None


class MailSettings(BaseModel):
    """The mail server for notifications to owners. `tls` false is for one on this machine only."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: Host
    port: int = Field(default=587, ge=1, le=65535)
    sender: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=200)]
    tls: bool = True
    user: str | None = None
    password_file: SecretFile | None = None


class PaymentSettings(PeerSettings):
    """The collecting bank or payment platform: its address, our token there, the key that signs its
    call-backs, and the account that VietQR names. Without an address money is entered by hand."""

    secret_file: SecretFile | None = None
    bank_bin: Annotated[str, Field(pattern=r"^\d{6}$")] | None = None
    bank_account: Annotated[str, Field(pattern=r"^[0-9A-Za-z]{4,19}$")] | None = None

    @model_validator(mode="after")
    def _whole(self) -> "PaymentSettings":
        if (self.url is None) != (self.token_file is None) or (self.url is None) != (
            self.secret_file is None
        ):
            raise ValueError("url, token_file and secret_file belong together")
        if (self.bank_bin is None) != (self.bank_account is None):
            raise ValueError("bank_bin and bank_account belong together")
        return self

    def secret(self) -> bytes | None:
        """The key of call-backs, if there are any. Raises SettingsError."""
        return read_secret(self.secret_file).get_secret_value().encode() if self.secret_file else None


class SiemSettings(BaseModel):
    """The destination of the audit log as syslog. `tls` false is for a relay on this machine only."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: Host
    port: int = Field(default=6514, ge=1, le=65535)
    tls: bool = True
    ca_file: Path | None = None


class BucketSettings(BaseModel):
    """The bucket of an S3-compatible object store, for a centre of several machines; created by the store's
    operator.

    `cache_bytes`: size of each machine's cache. `virtual_hosted`: the bucket's name is part of the host name.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    endpoint: HttpAddress
    bucket: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{2,62}$")]
    prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9/_.-]*$", max_length=100)] = ""
    region: Annotated[str, Field(min_length=1, max_length=60)] = "us-east-1"
    access_key_file: SecretFile
    secret_key_file: SecretFile
    virtual_hosted: bool = False
    cache_bytes: int = Field(default=20_000_000_000, ge=100_000_000)

    def keys(self) -> tuple[str, str]:
        """Our access key and its secret. Raises SettingsError."""
        return (
            read_secret(self.access_key_file).get_secret_value(),
            read_secret(self.secret_key_file).get_secret_value(),
        )


class ReportSettings(BaseModel):
    """Where the periods of reports begin: the weekday of a week (1 Monday … 7 Sunday; Wednesday, so that its
    report is ready before Wednesday 15:00), the day of a month (the 14th, so that a day is left before the
    15th).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    weekday: int = Field(default=3, ge=1, le=7)
    month_day: int = Field(default=14, ge=1, le=28)


class CentralSettings(BaseSettings):
    """All settings of the centre's processes.

    `unit` is the police unit in whose name offences are numbered: letters, digits, dots and dashes. With a
    `bucket` evidence is stored there instead of in `data_dir`. `data_dir` holds media, partial files, the
    SQLite database and the centre's key unless set otherwise. `ingest_processes` share the nodes; more than
    one helps with PostgreSQL only. `secure_cookies` false is for plain HTTP on one's own machine only. Roles
    in `second_factor_for` give a one-time code after signing in, unless the identity provider asked for a
    second factor. `retention_file` has the rules by which data past their retention period are deleted;
    without it nothing is deleted.
    """

    model_config = SettingsConfigDict(
        env_prefix="NGATU_CENTRAL_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    data_dir: Path = Path("var/central")
    database: str | None = None
    database_password_file: SecretFile | None = None
    bucket: BucketSettings | None = None
    key_file: SecretFile | None = None
    owner_key_file: SecretFile | None = None
    index_key_file: SecretFile | None = None
    unit: Annotated[str, Field(max_length=20, pattern=r"^[^\W_]+(?:[.-][^\W_]+)*$")] = "NGATU"
    secure_cookies: bool = True
    mqtt: MqttSettings = MqttSettings()
    ingest_processes: int = Field(default=1, ge=1, le=16)
    nodes: NodeSettings = NodeSettings()
    metrics: MetricsSettings | None = None
    registry: RegistrySettings = RegistrySettings()
    population: PeerSettings = PeerSettings()
    inspection: PeerSettings = PeerSettings()
    vehicle_alerts: PeerSettings = PeerSettings()
    licences: PeerSettings = PeerSettings()
    sharing: PeerSettings = PeerSettings()
    office: OfficeSettings = OfficeSettings()
    signing: PaperSigningSettings = PaperSigningSettings()
    payment: PaymentSettings = PaymentSettings()
    mail: MailSettings | None = None
    reports: ReportSettings = ReportSettings()
    citizen_login: OidcSettings | None = None
    staff_login: OidcSettings | None = None
    second_factor_for: tuple[Literal["signer", "admin"], ...] = ()
    sites: dict[str, SitePlace] = {}
    retention_file: Path | None = None
    siem: SiemSettings | None = None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment overrides the file (whose values come in as arguments); nothing else is read."""
        return env_settings, init_settings

    @field_validator("database")
    @classmethod
    def _is_url(cls, value: str | None) -> str | None:
        if value is not None:
            parse_url(value)
        return value

    @property
    def database_url(self) -> str:
        """The database with its password, if there is one: for the engine only, never for a log."""
        if self.database is None:
            return f"sqlite:///{self.data_dir.resolve() / 'central.db'}"
        url = parse_url(self.database)
        if self.database_password_file is not None:
            url = url.set(password=read_secret(self.database_password_file).get_secret_value())
        return url.render_as_string(hide_password=False)

    @property
    def media_dir(self) -> Path:
        """The content-addressed store."""
        return self.data_dir / "media"

    @property
    def centre_key_file(self) -> Path:
        """The Ed25519 key that signs receipts."""
        return self.key_file or self.data_dir / "centre.key"

    @property
    def owner_key(self) -> Path:
        """The keys that seal personal data, the newest first."""
        return self.owner_key_file or self.data_dir / "owner.key"

    @property
    def index_key(self) -> Path:
        """The key of the blind index, by which a person is found without opening sealed data."""
        return self.index_key_file or self.data_dir / "index.key"


def read_secret(path: Path) -> SecretStr:
    """The content of a secret's file. Raises SettingsError if it is missing, unreadable or empty."""
    try:
        text = path.read_text(encoding="utf-8-sig").strip()
    except (OSError, UnicodeDecodeError) as problem:
        raise SettingsError(f"can't read the secret in {path}: {problem}") from problem
    if not text:
        raise SettingsError(f"the secret file {path} is empty")
    return SecretStr(text)


def _read_token(path: Path | None) -> str:
    """A token for a header, empty without a file. Raises SettingsError."""
    token = read_secret(path).get_secret_value() if path else ""
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise SettingsError(f"the token in {path} has characters that no header carries")
    return token


def load_settings(path: Path | None = None) -> CentralSettings:
    """Settings from a YAML file and the environment (or only from the environment when None).

    Raises:
        SettingsError: lists every problem: file, line, key and the nearest valid key.
    """
    try:
        return load_yaml(path, CentralSettings) if path else CentralSettings()
    except ConfigError as problem:
        raise SettingsError(str(problem)) from problem
    except ValidationError as problem:
        told = [f"the environment: {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in problem.errors()]
        raise SettingsError("\n".join(told)) from problem
