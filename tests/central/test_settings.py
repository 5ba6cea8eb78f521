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
        ("registry:\n  url: 'http://[::1'\n", "registry.url: .*an address like https"),
        ("registry:\n  url: register.example.vn\n", "registry.url"),
        ("registry:\n  url: ftp://register.example.vn\n", "registry.url"),
        ("registry:\n  url: https://\n", "registry.url"),
        ("registry:\n  url: http://register.example.vn:99999\n", "registry.url"),
        ("registry:\n  url: http://register.example.vn:0\n", "registry.url"),
        ("registry:\n  url: http://register example.vn\n", "registry.url"),
        ("registry:\n  url: http://us:secret@register.example.vn\n", "registry.url"),
        ("population:\n  url: https://population.example.vn/#api\n", "population.url"),
        ("payment:\n  url: bank.example.vn\n  token_file: t\n  secret_file: s\n", "payment.url"),
        ("signing:\n  url: 'http://[::1'\n", "signing.url: .*an address like https"),
        ("office:\n  portal: nguoidan.example.vn\n", "office.portal"),
        ("citizen_login:\n  issuer: vneid\n  client_id: n\n  claim: sub\n", "citizen_login.issuer"),
        ("mqtt:\n  host: ''\n", "mqtt.host"),
        ("mqtt:\n  host: mqtts://broker.example.vn\n", "mqtt.host"),
        ("mqtt:\n  client_id: ''\n", "mqtt.client_id"),
        ("mail:\n  host: 'mail example'\n  sender: a@b.vn\n", "mail.host"),
        ("unit: CSGT/BN\n", "centre.yaml:1: unit"),
        ("unit: ''\n", "unit"),
        (f"unit: {'x' * 21}\n", "unit"),
        ("database: mysql://db/ngatu\n", "database: .*mysql"),
        ("- a\n- b\n", "centre.yaml:1: expected keys with values"),
        ("a: [\n", "centre.yaml:1: YAML: did not find expected node content"),
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


@pytest.mark.parametrize("unit", ["CSGT-BN", "PC08", "CA.Đông-Anh", "đ"])
def test_a_unit_is_letters_digits_dots_and_dashes(write: Path, unit: str) -> None:
    write.write_text(f"unit: {unit}\n")
    assert load_settings(write).unit == unit


@pytest.mark.parametrize("token", ["mật-khẩu", "two words", "tab\there", "line\nline"])
def test_a_token_that_no_header_carries_is_told_at_the_start(write: Path, tmp_path: Path, token: str) -> None:
    file = tmp_path / "token"
    file.write_text(token)
    write.write_text(
        f"registry:\n  url: https://register.test\n  token_file: {file}\n"
        f"signing:\n  url: https://signing.test\n  token_file: {file}\n"
        f"payment:\n  url: https://bank.test\n  token_file: {file}\n  secret_file: {file}\n"
    )
    settings = load_settings(write)
    for part in (settings.registry, settings.signing, settings.payment):
        with pytest.raises(SettingsError, match="no header carries"):
            part.token()


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
