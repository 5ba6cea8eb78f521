"""Signing papers and checking signatures (chữ ký số): PAdES by pyHanko, with a key in a file or behind a
service.

The province signs with its own certificates (chữ ký số chuyên dùng công vụ), kept in a token or an HSM:
`RemoteSigner` is the port for that. `FileSigner` signs with a PKCS#12 file, for units that have one, for
tests and for the demo.

POST {base}/v1/signatures      Authorization: Bearer TOKEN
{"algorithm": "sha256_rsa", "data": base64 of the bytes to be signed}      200 {"signature": base64}
GET  {base}/v1/certificate     200 the signer's certificate and its chain, PEM
"""

import asyncio
import base64
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http.client import OK
from io import BytesIO
from pathlib import Path

from asn1crypto import pem, x509
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from central.connections.exchange import Limits, NoAnswerError, exchange
from central.documents.signer import PaperSigningError
from contract.canonical import read_json

FIELD = "KySo"


@dataclass(frozen=True)
class Verdict:
    """Result of checking a signature: unaltered since, covers the whole paper, certificate chain leads to a
    trusted root.
    """

    signer: str
    intact: bool
    whole: bool
    trusted: bool

    @property
    def valid(self) -> bool:
        """True if all of these are true."""
        return self.intact and self.whole and self.trusted


class FileSigner:
    """Signs with the key of a PKCS#12 file."""

    def __init__(self, signer: signers.SimpleSigner) -> None:
        self._signer = signer

    @classmethod
    def from_file(cls, path: Path, passphrase: bytes | None) -> "FileSigner":
        """Reads the file. Raises PaperSigningError."""
        try:
            loaded = signers.SimpleSigner.load_pkcs12(str(path), passphrase=passphrase)  # type: ignore[no-untyped-call]
        except (OSError, ValueError) as problem:
            raise PaperSigningError(f"{path}: {problem}") from problem
        if loaded is None:
            raise PaperSigningError(f"{path} is no PKCS#12 file, or its passphrase is another one")
        return cls(loaded)

    @property
    def name(self) -> str:
        """See `PaperSigner.name`."""
        return _name_of(self._signer.signing_cert)

    def sign(self, pdf: bytes, reason: str, place: str) -> bytes:
        """See `PaperSigner.sign`."""
        return _signed(self._signer, pdf, reason, place)


class RemoteSigner:
    """Signs with a key that never leaves its token or HSM, through a service of the province."""

    def __init__(self, base_url: str, token: str, timeout_seconds: float = 20.0) -> None:
        self._base = base_url.rstrip("/")
        self._token = token
        self._limits = Limits(timeout_seconds)
        self._chain: list[x509.Certificate] | None = None

    @property
    def name(self) -> str:
        """See `PaperSigner.name`. Raises PaperSigningError when the service does not answer."""
        return _name_of(self._certificates()[0])

    def sign(self, pdf: bytes, reason: str, place: str) -> bytes:
        """See `PaperSigner.sign`."""
        chain = self._certificates()
        return _signed(_Elsewhere(chain, self._ask), pdf, reason, place)

    def _certificates(self) -> list[x509.Certificate]:
        if self._chain is None:
            content = self._request("GET", "/v1/certificate")
            try:
                self._chain = [
                    x509.Certificate.load(der) for _, _, der in pem.unarmor(content, multiple=True)
                ]
            except ValueError as problem:
                raise PaperSigningError("the signing service's answer holds no certificate") from problem
        return self._chain

    def _ask(self, data: bytes, algorithm: str) -> bytes:
        body = {"algorithm": algorithm, "data": base64.b64encode(data).decode()}
        answer = self._request("POST", "/v1/signatures", body)
        try:
            return base64.b64decode(read_json(answer)["signature"], validate=True)
        except (ValueError, KeyError, TypeError):
            raise PaperSigningError("the signing service's answer holds no signature") from None

    def _request(self, method: str, path: str, body: object = None) -> bytes:
        try:
            answered = exchange(method, self._base + path, self._token, body, self._limits)
        except NoAnswerError as problem:
            raise PaperSigningError(f"the signing service does not answer: {problem}") from problem
        if answered.status != OK or answered.too_large:
            raise PaperSigningError(f"the signing service answered {answered.status}")
        return answered.body


class _Elsewhere(signers.Signer):
    """A signer whose raw signature is made elsewhere."""

    def __init__(self, chain: list[x509.Certificate], ask: Callable[[bytes, str], bytes]) -> None:
        super().__init__(signing_cert=chain[0], cert_registry=_store_of(chain[1:]))
        self._ask = ask

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        """The signature over `data`; a dry run only needs its length."""
        if dry_run:
            return bytes(_signature_bytes(self.signing_cert))
        mechanism = self.get_signature_mechanism_for_digest(digest_algorithm)
        signature: bytes = await asyncio.to_thread(self._ask, data, mechanism["algorithm"].native)
        return signature


def _store_of(chain: list[x509.Certificate]) -> SimpleCertificateStore:
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple(chain)
    return store


def _signature_bytes(certificate: x509.Certificate | None) -> int:
    assert certificate is not None
    key = load_der_public_key(certificate.public_key.dump())
    size: int = getattr(key, "key_size", 512)
    return max(256, size // 8 + 16)


def _signed(signer: signers.Signer, pdf: bytes, reason: str, place: str) -> bytes:
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD,
        reason=reason,
        location=place,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
    )
    try:
        made = signers.PdfSigner(metadata, signer).sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)))
    except (SigningError, ValueError) as problem:
        raise PaperSigningError(str(problem)) from problem
    return bytes(made.getvalue())


def validate(pdf: bytes, roots: Iterable[bytes]) -> list[Verdict]:
    """The result for each signature of a paper; `roots` are the trusted certificates (PEM or DER). Empty
    without a signature.
    """
    trusted = list(certificates_of(roots))
    context = ValidationContext(trust_roots=trusted, allow_fetching=False)
    verdicts = []
    for signature in PdfFileReader(BytesIO(pdf)).embedded_signatures:
        status = validate_pdf_signature(signature, signer_validation_context=context)
        verdicts.append(
            Verdict(
                signer=_name_of(signature.signer_cert),
                intact=bool(status.intact and status.valid),
                whole=status.coverage is SignatureCoverageLevel.ENTIRE_FILE,
                trusted=bool(status.trusted),
            )
        )
    return verdicts


def certificates_of(roots: Iterable[bytes]) -> Iterable[x509.Certificate]:
    """Certificates from PEM or DER bytes."""
    for content in roots:
        if pem.detect(content):
            for _, _, der in pem.unarmor(content, multiple=True):
                yield x509.Certificate.load(der)
        else:
            yield x509.Certificate.load(content)


def _name_of(certificate: x509.Certificate | None) -> str:
    """The signer's name in readable form, without the English names of its attributes."""
    if certificate is None:
        return ""
    named = certificate.subject.native
    return str(named.get("common_name") or named.get("organization_name") or "")
