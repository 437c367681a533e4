"""A certificate authority of one session. Its key exists in the door's memory alone."""

import datetime as dt
import ssl
import tempfile
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

YESTERDAY, VALID = dt.timedelta(days=1), dt.timedelta(days=30)
LONGEST_COMMON_NAME = 64  # RFC 5280, ub-common-name
NAME = "One rehearsal on this machine"


class Authority:
    """Issues a certificate for every host name that is asked for."""

    def __init__(self, folder: Path, *, now: dt.datetime) -> None:
        """Make the keys. ``folder`` holds a host's key for the moment in which OpenSSL reads it."""
        self._folder, self._now = folder, now
        self._key, self._host_key = _new_key(), _new_key()
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
        usage = x509.KeyUsage(
            digital_signature=False,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=True,
            crl_sign=True,
            encipher_only=False,
            decipher_only=False,
        )
        self.certificate = (
            self._builder(name, self._key.public_key())
            .issuer_name(name)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        self._contexts: dict[str, ssl.SSLContext] = {}

    @property
    def pem(self) -> bytes:
        """The authority's certificate."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def context(self, host: str) -> ssl.SSLContext:
        """Return the server side of TLS for a host name."""
        if host not in self._contexts:
            self._contexts[host] = self._context(host)
        return self._contexts[host]

    def _context(self, host: str) -> ssl.SSLContext:
        private = self._host_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.set_alpn_protocols(["http/1.1"])
        with tempfile.NamedTemporaryFile(dir=self._folder) as file:
            file.write(private + self.issue(host).public_bytes(serialization.Encoding.PEM) + self.pem)
            file.flush()
            made.load_cert_chain(file.name)
        return made

    def issue(self, host: str) -> x509.Certificate:
        """Return a certificate for a host name."""
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host[:LONGEST_COMMON_NAME])])
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        return (
            self._builder(name, self._host_key.public_key())
            .issuer_name(self.certificate.subject)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(issuer, critical=False)
            .sign(self._key, hashes.SHA256())
        )

    def _builder(self, name: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._now - YESTERDAY)
            .not_valid_after(self._now + VALID)
        )


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())
