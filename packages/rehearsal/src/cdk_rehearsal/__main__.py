"""Entry point of ``python -m cdk_rehearsal``."""

from cdk_rehearsal.driver.commands import main, stop_on_signals

if __name__ == "__main__":
    stop_on_signals()
    main()
