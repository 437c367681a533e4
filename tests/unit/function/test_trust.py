import datetime as dt
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from pipeline.regions import STAGE_REGIONS
from tap_function import trust


def roots() -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(trust.ROOTS.read_bytes())


def name(certificate: x509.Certificate) -> str:
    return str(certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


def test_certificate_and_host_name_are_verified_and_old_tls_is_refused() -> None:
    context = trust.trusted({})
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2


def test_amazon_s_roots_for_rds_are_trusted_and_no_others() -> None:
    assert len(trust.trusted({}).get_ca_certs()) == len(roots())
    for root in roots():
        assert root.subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)[0].value == "Amazon RDS"
        root.verify_directly_issued_by(root)


def test_the_roots_hold_for_years() -> None:
    in_ten_years = dt.datetime.now(tz=dt.UTC) + dt.timedelta(days=3650)
    assert [name(root) for root in roots() if root.not_valid_after_utc < in_ten_years] == []


@pytest.mark.parametrize("region", sorted(STAGE_REGIONS))
def test_every_region_of_a_stage_has_its_roots(region: str) -> None:
    own = [root for root in roots() if f"Amazon RDS {region} Root CA" in name(root)]
    assert len(own) == 3


def test_another_database_s_root_takes_their_place(tmp_path: Path) -> None:
    one = tmp_path / "root.pem"
    one.write_text(trust.ROOTS.read_text().partition("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----\n")
    assert len(trust.trusted({"PGSSLROOTCERT": str(one)}).get_ca_certs()) == 1


def test_a_root_that_is_named_and_absent_is_not_passed_over() -> None:
    with pytest.raises(FileNotFoundError):
        trust.trusted({"PGSSLROOTCERT": "/nowhere/root.pem"})


def test_every_root_has_what_strict_verification_requires() -> None:
    # Python verifies under VERIFY_X509_STRICT since 3.13 (RFC 5280, sections 4.2.1.2, 4.2.1.3, and 4.2.1.9).
    for root in roots():
        extensions = root.extensions
        assert extensions.get_extension_for_class(x509.BasicConstraints).critical
        assert extensions.get_extension_for_class(x509.KeyUsage).critical
        assert extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
