"""The emulator process's environment: what MiniStack is told, and nothing of the user's."""

from collections.abc import Mapping

from cdk_rehearsal.door.trust import DOOR_VARIABLES
from cdk_rehearsal.emulator.config import EmulatorConfig, PostgresServer

KEPT = frozenset({"PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "TZ", "USER", "LOGNAME"})
NO_DOCKER = "unix:///nonexistent/docker.sock"


def emulator_environment(config: EmulatorConfig, user: Mapping[str, str]) -> dict[str, str]:
    """Return the whole environment of an emulator.

    Only what a process needs to run is taken from ``user``: functions inherit this environment, and neither they nor
    the emulator may see a profile, credentials or a proxy of the user's. The only proxy is the door, as for builds.
    MiniStack reads the rest when it is first imported.
    """
    kept = {name: value for name, value in user.items() if name in KEPT}
    return (
        kept
        | _trust(config.postgres)
        | {name: value for name, value in config.build_environment.items() if name in DOOR_VARIABLES}
        | {
            "AUTH": "true",
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(config.port),
            "MINISTACK_HOST": "localhost",
            "MINISTACK_REGION": config.region,
            "PERSIST_STATE": "1",
            "STATE_DIR": str(config.state_dir / "state"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(config.state_dir / "s3"),
            "LAMBDA_EXECUTOR": "local",
            "MINISTACK_AUTOCREATE_AWS_MANAGED": "0",  # an unknown managed policy is an error, not a licence
            "DOCKER_HOST": NO_DOCKER,
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "LOG_LEVEL": "INFO",
            "TMPDIR": str(config.state_dir / "tmp"),
            "AWS_ENDPOINT_URL": config.endpoint,
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
    )


def _trust(server: PostgresServer | None) -> dict[str, str]:
    """Tell functions, in PostgreSQL's own variable, whose certificates databases show here: none that RDS issued."""
    if server is None or server.root_certificate is None:
        return {}
    return {"PGSSLROOTCERT": str(server.root_certificate)}
