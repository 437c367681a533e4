"""The CDK app: settings, the pipeline stack, the gate, synth."""

import os
import sys
from pathlib import Path

from aws_cdk import App

from compliance.gate import add_gate
from pipeline.reading import SettingsError, read_settings
from pipeline.schema import CONTEXT_KEY
from pipeline.settings import DeliverySettings
from pipeline.stack import PipelineStack
from pipeline.toolchain import Toolchain, ToolchainError, read_toolchain

PACKAGE = Path(__file__).parent / "package.json"


def build(app: App, *, settings: DeliverySettings, toolchain: Toolchain) -> App:
    """Put the pipeline stack and the gate into ``app``."""
    PipelineStack(app, "TapPipeline", settings=settings, toolchain=toolchain)
    add_gate(app)
    return app


def main() -> None:
    """Synthesise into the folder that the CDK CLI names; a wrong setting is one line on stderr and exit code 1."""
    app = App(analytics_reporting=False, auto_synth=False)
    try:
        settings = read_settings(context=app.node.try_get_context(CONTEXT_KEY), environ=os.environ)
        build(app, settings=settings, toolchain=read_toolchain(PACKAGE))
    except (SettingsError, ToolchainError) as error:
        sys.exit(str(error))
    app.synth()


if __name__ == "__main__":
    main()
