"""The demo's paper signature: a newly generated certificate, so that its papers are signed like a
province's.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID

from ngatu.demo_secrets import kept_secret, write_secret

NAME = "Phòng Cảnh sát giao thông (bản dùng thử)"


def make_seal(folder: Path) -> dict[str, str]:
    """The `signing` settings of a centre with its own key; an existing one is reused."""
    file, passphrase = folder / "seal.p12", folder / "seal.passphrase"
    if not file.exists():
        write_secret(file, _pkcs12(kept_secret(passphrase).encode()))
    return {"pkcs12_file": str(file), "passphrase_file": str(passphrase)}


def _pkcs12(passphrase: bytes) -> bytes:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=3650))
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    sealed = BestAvailableEncryption(passphrase)
    return pkcs12.serialize_key_and_certificates(b"seal", key, certificate, None, sealed)
