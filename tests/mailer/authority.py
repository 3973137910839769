"""An authority of the tests' own, and the certificates that a relay may show."""

import ssl
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)


class Authority:
    """Issues certificates for names; its own one is what a client may trust."""

    def __init__(self, name: str = "Authority of the tests") -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named(name)
        self.certificate = self._sign(self._name, self._key, is_authority=True)

    @property
    def pem(self) -> bytes:
        """Its own certificate, as a file of authorities holds it."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def trusting(self) -> ssl.SSLContext:
        """A client's context that trusts this authority only."""
        return ssl.create_default_context(cadata=self.pem.decode())

    def serving(
        self, name: str, *, since: timedelta = -DAY, until: timedelta = 30 * DAY
    ) -> ssl.SSLContext:
        """A server's context with a certificate for that name; both ends count from now."""
        key = ec.generate_private_key(ec.SECP256R1())
        return _server(key, self._sign(_named(name), key, host=name, since=since, until=until))

    def _sign(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        *,
        host: str | None = None,
        is_authority: bool = False,
        since: timedelta = -DAY,
        until: timedelta = 30 * DAY,
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + since)
            .not_valid_after(now + until)
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
                critical=False,
            )
        )
        if is_authority:
            signs = dict.fromkeys(
                ("digital_signature", "content_commitment", "key_encipherment",
                 "data_encipherment", "key_agreement", "encipher_only", "decipher_only"), False,
            )
            made = made.add_extension(
                x509.KeyUsage(key_cert_sign=True, crl_sign=True, **signs), critical=True
            )
        if host is not None:
            made = made.add_extension(
                x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False
            )
        return made.sign(self._key, hashes.SHA256())


@cache
def authority(name: str = "Authority of the tests") -> Authority:
    """The authority of that name, made once."""
    return Authority(name)


def self_signed(name: str) -> ssl.SSLContext:
    """A server's context with a certificate that only vouches for itself."""
    lone = Authority(name)
    certificate = lone._sign(lone._name, lone._key, host=name)
    return _server(lone._key, certificate)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _server(key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "both.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context.load_cert_chain(path)
    return context
