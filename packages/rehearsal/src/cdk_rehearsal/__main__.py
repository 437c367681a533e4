"""The command ``cdk-rehearsal``."""

from cdk_rehearsal.driver.commands import main, stop_on_signals


def run() -> None:
    """Run the command; a signal stops the rehearsal in order."""
    stop_on_signals()
    main(prog_name="cdk-rehearsal")


if __name__ == "__main__":
    run()
