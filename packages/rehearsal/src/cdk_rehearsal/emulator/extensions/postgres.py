"""Roles and databases in the PostgreSQL that stands behind RDS."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
import psycopg2.extensions
from psycopg2 import sql

from cdk_rehearsal.emulator.config import PostgresServer


def provide(server: PostgresServer, *, role: str, password: str, database: str) -> None:
    """Make sure that ``role`` can log in with ``password`` and owns ``database``, which no other role may enter."""
    name, place = sql.Identifier(role), sql.Identifier(database)
    with _administrator(server) as cursor:
        cursor.execute("SET password_encryption = 'scram-sha-256'")
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,))
        verb = sql.SQL("ALTER" if cursor.fetchone() else "CREATE")
        cursor.execute(sql.SQL("{} ROLE {} LOGIN PASSWORD %s").format(verb, name), (password,))
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,))
        if not cursor.fetchone():
            cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(place, name))
            cursor.execute(sql.SQL("REVOKE CONNECT ON DATABASE {} FROM PUBLIC").format(place))


def withdraw(server: PostgresServer, *, role: str, database: str) -> None:
    """Drop the database, its open connections and the role."""
    with _administrator(server) as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))
        cursor.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))


@contextmanager
def _administrator(server: PostgresServer) -> Iterator[psycopg2.extensions.cursor]:
    connection = psycopg2.connect(
        host=server.host,
        port=server.port,
        user=server.superuser,
        password=server.password,
        dbname="postgres",
        connect_timeout=10,
    )
    try:
        connection.autocommit = True  # databases are neither created nor dropped inside a transaction
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()
