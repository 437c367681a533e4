"""The app without the gate, to see what the gate costs: ``cdk synth --app "python3 -m benchmarks.ungated"``."""

import os

from aws_cdk import App

from app import PACKAGE
from pipeline.reading import read_settings
from pipeline.schema import CONTEXT_KEY
from pipeline.stack import PipelineStack
from pipeline.toolchain import read_toolchain


def main() -> None:
    """Synthesise the pipeline stack alone."""
    app = App(analytics_reporting=False, auto_synth=False)
    settings = read_settings(context=app.node.try_get_context(CONTEXT_KEY), environ=os.environ)
    PipelineStack(app, "TapPipeline", settings=settings, toolchain=read_toolchain(PACKAGE))
    app.synth()


if __name__ == "__main__":
    main()
