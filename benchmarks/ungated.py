"""The app without the gate, to see what the gate costs: ``cdk synth --app "python3 -m benchmarks.ungated"``."""

import os

from aws_cdk import App

from app import deliver


def main() -> None:
    """Synthesize the pipeline stack alone."""
    app = App(analytics_reporting=False, auto_synth=False)
    deliver(app, environ=os.environ)
    app.synth()


if __name__ == "__main__":
    main()
