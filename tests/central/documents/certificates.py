"""A certificate authority and a signer's certificate, made for the tests."""

from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import NameOID

PASSPHRASE = b"test"


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Công an tỉnh Bắc Ninh"),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


class Authority:
    """A root that signs certificates."""

    def __init__(self, common: str = "CA thử nghiệm") -> None:
        self.key = rsa.generate_private_key(65537, 2048)
        self.certificate = _certificate(common, self.key, common, self.key, ca=True)

    @property
    def pem(self) -> bytes:
        """The root's certificate."""
        return self.certificate.public_bytes(Encoding.PEM)

    def signer(self, common: str = "Đỗ Văn Thẩm") -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
        """A key and a certificate for signing papers."""
        key = rsa.generate_private_key(65537, 2048)
        issuer = self.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
        return key, _certificate(common, key, str(issuer), self.key, ca=False)

    def pkcs12(self, common: str = "Đỗ Văn Thẩm") -> bytes:
        """A signer's key and certificate as a file's content."""
        key, certificate = self.signer(common)
        return pkcs12.serialize_key_and_certificates(
            b"signer", key, certificate, [self.certificate], BestAvailableEncryption(PASSPHRASE)
        )


def _certificate(
    common: str, key: rsa.RSAPrivateKey, issuer: str, issuer_key: rsa.RSAPrivateKey, *, ca: bool
) -> x509.Certificate:
    now = datetime.now(UTC)
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=not ca,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(_name(common))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(issuer_key, hashes.SHA256())
    )


@cache
def authority() -> Authority:
    """One for the whole run: keys take a while."""
    return Authority()
