from cdk_rehearsal.testing.fixtures import account, emulator, postgres

__all__ = ["account", "emulator", "postgres"]
