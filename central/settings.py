"""Settings of the centre: one YAML file, each value also settable as `NGATU_CENTRAL_…` in the environment.

There is no default password or key anywhere. Secrets are read from files of their own (systemd credentials,
mounted secrets), so that neither the settings file nor a process list shows them.
"""

import difflib
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from sqlalchemy.engine import make_url


class SettingsError(ValueError):
    """The settings can't be used; the message names file, line, key and what to do."""


class MqttSettings(BaseModel):
    """How ingest reaches the broker."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = "127.0.0.1"
    port: int = Field(default=8883, ge=1, le=65535)
    protocol: Literal["5", "3.1.1"] = "5"
    username: str | None = None
    password_file: Path | None = None
    tls: bool = True
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None
    client_id: str = "ngatu-ingest"

    def password(self) -> SecretStr | None:
        """The password in `password_file`, without a line end."""
        return read_secret(self.password_file) if self.password_file else None


class RegistrySettings(BaseModel):
    """Where the owner of a vehicle is looked up: the sample registry file, or a service over HTTP."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sample_file: Path | None = None
    url: str | None = None
    token_file: Path | None = None

    @model_validator(mode="after")
    def _one_of(self) -> "RegistrySettings":
        if self.sample_file and self.url:
            raise ValueError("give either sample_file or url, not both")
        return self


class CentralSettings(BaseSettings):
    """Everything the centre's processes need to know.

    `unit` is the police unit in whose name offences are numbered.
    `data_dir` holds media, partial files, the SQLite database and the centre's key unless they are put
    elsewhere. `secure_cookies` false is for plain HTTP on one's own machine only.
    """

    model_config = SettingsConfigDict(
        env_prefix="NGATU_CENTRAL_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    data_dir: Path = Path("var/central")
    database: str | None = None
    database_password_file: Path | None = None
    key_file: Path | None = None
    owner_key_file: Path | None = None
    unit: str = "NGATU"
    secure_cookies: bool = True
    mqtt: MqttSettings = MqttSettings()
    registry: RegistrySettings = RegistrySettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file (whose values come in as arguments); nothing else is read."""
        return env_settings, init_settings

    @property
    def database_url(self) -> str:
        """The database with its password, if there is one: for the engine only, never for a log."""
        if self.database is None:
            return f"sqlite:///{self.data_dir.resolve() / 'central.db'}"
        url = make_url(self.database)
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
        """The key that seals owners' personal data."""
        return self.owner_key_file or self.data_dir / "owner.key"


def read_secret(path: Path) -> SecretStr:
    """The content of a secret's file. Raises SettingsError when it is missing, unreadable or empty."""
    try:
        text = path.read_text().strip()
    except (OSError, UnicodeDecodeError) as problem:
        raise SettingsError(f"can't read the secret in {path}: {problem}") from problem
    if not text:
        raise SettingsError(f"the secret file {path} is empty")
    return SecretStr(text)


def load_settings(path: Path | None = None) -> CentralSettings:
    """Settings from a YAML file (or only from the environment when None).

    Raises:
        SettingsError: with file, line, key and the nearest valid key.
    """
    if path is None:
        return _validated({}, "", "the environment")
    try:
        text = path.read_text()
        values = yaml.safe_load(text) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as problem:
        raise SettingsError(f"can't read the settings {path}: {problem}") from problem
    if not isinstance(values, dict):
        raise SettingsError(f"{path}: expected keys and values, found {type(values).__name__}")
    return _validated(values, text, str(path))


def _validated(values: dict[str, object], text: str, source: str) -> CentralSettings:
    try:
        return CentralSettings(**values)  # type: ignore[arg-type]
    except ValidationError as problem:
        lines = [_explain(text, source, tuple(map(str, e["loc"])), e["msg"]) for e in problem.errors()]
        raise SettingsError("\n".join(lines)) from problem


def _explain(text: str, source: str, where: tuple[str, ...], message: str) -> str:
    key = where[-1] if where else ""
    line = next((n for n, row in enumerate(text.splitlines(), 1) if row.strip().startswith(f"{key}:")), 0)
    sections: dict[str, type[BaseModel]] = {"mqtt": MqttSettings, "registry": RegistrySettings}
    section = sections.get(where[0], CentralSettings) if len(where) > 1 else CentralSettings
    near = difflib.get_close_matches(key, section.model_fields, n=1)
    hint = f" (did you mean {near[0]!r}?)" if near and near[0] != key else ""
    return f"{source}{f':{line}' if line else ''}: {'.'.join(where)}: {message}{hint}"
