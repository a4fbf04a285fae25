"""A throw-away CA and a certificate for WhatsApp's host names, so that a client can be pointed here."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOSTS = ("web.whatsapp.com", "*.whatsapp.com", "*.whatsapp.net")
CA_FILE, CHAIN_FILE = "ca.pem", "server.pem"
CA_NAME = "The CA of a test"


def make(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """The CA's file, for SSL_CERT_FILE, and the server's context. What is already there is used again."""
    ca_file, chain_file = folder / CA_FILE, folder / CHAIN_FILE
    if not chain_file.exists():
        _write(ca_file, chain_file)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain_file)
    return ca_file, context


def _write(ca_file: Path, chain_file: Path) -> None:
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_file.write_bytes(_signed(_ordered(CA_NAME, ca_key, is_ca=True), ca_key))
    names = x509.SubjectAlternativeName([x509.DNSName(host) for host in HOSTS])
    order = _ordered("WhatsApp, for a test", key, is_ca=False).add_extension(names, critical=False)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    chain_file.write_bytes(pem + _signed(order, ca_key))


def _ordered(name: str, key: ec.EllipticCurvePrivateKey, *, is_ca: bool) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_called(name))
        .issuer_name(_called(CA_NAME))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
    )


def _called(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _signed(order: x509.CertificateBuilder, ca_key: ec.EllipticCurvePrivateKey) -> bytes:
    return order.sign(ca_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
