"""Settings: mistakes are named with file, line and key; secrets come from files and show nowhere."""

from pathlib import Path

import pytest

from central.settings import SettingsError, load_settings


@pytest.fixture
def write(tmp_path: Path) -> Path:
    return tmp_path / "centre.yaml"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("databse: x\n", r"centre.yaml:1: databse: .*did you mean 'database'"),
        ("data_dir: d\nmqtt:\n  prot: 1883\n", r"centre.yaml:3: mqtt.prot: .*did you mean 'port'"),
        ("mqtt:\n  port: 70000\n", r"centre.yaml:2: mqtt.port: .*65535"),
        ("registry:\n  url: http://x\n  sample_file: y\n", "either sample_file or url"),
        ("- a\n- b\n", "centre.yaml:1: expected keys with values"),
        ("a: [\n", "centre.yaml:2: YAML: expected the node content"),
    ],
)
def test_a_mistake_is_named(write: Path, text: str, message: str) -> None:
    write.write_text(text)
    with pytest.raises(SettingsError, match=message):
        load_settings(write)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nowhere\.yaml"):
        load_settings(tmp_path / "nowhere.yaml")


def test_the_environment_wins_over_the_file(write: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write.write_text("unit: PC08\nmqtt:\n  host: broker.test\n")
    monkeypatch.setenv("NGATU_CENTRAL_MQTT__PORT", "1234")
    monkeypatch.setenv("NGATU_CENTRAL_UNIT", "PC67")
    settings = load_settings(write)
    assert (settings.unit, settings.mqtt.host, settings.mqtt.port) == ("PC67", "broker.test", 1234)


def test_secrets_come_from_files_and_don_t_show(write: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("geheim\n")
    write.write_text(
        f"database: postgresql://ngatu@db/ngatu\ndatabase_password_file: {secret}\n"
        f"mqtt:\n  password_file: {secret}\n"
    )
    settings = load_settings(write)
    assert settings.database_url == "postgresql://ngatu:geheim@db/ngatu"
    assert "geheim" not in repr(settings)
    assert "geheim" not in repr(settings.mqtt.password())


@pytest.mark.parametrize("content", [None, "", " \n"])
def test_a_secret_that_is_not_there_is_named(write: Path, tmp_path: Path, content: str | None) -> None:
    secret = tmp_path / "secret"
    contents = {secret: content} if content is not None else {}
    for path, text in contents.items():
        path.write_text(text)
    write.write_text(f"mqtt:\n  password_file: {secret}\n")
    with pytest.raises(SettingsError, match="secret"):
        load_settings(write).mqtt.password()
