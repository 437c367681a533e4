"""The CDK app: settings, the pipeline stack, the gate, synth."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from aws_cdk import App

from compliance.gate import STRICT, FindingsError, add_gate, synthesise
from pipeline.errors import SettingsError
from pipeline.reading import read_settings
from pipeline.schema import CONTEXT_KEY
from pipeline.stack import PipelineStack
from pipeline.toolchain import read_toolchain

PACKAGE = Path(__file__).parent / "package.json"


def build(app: App, *, environ: Mapping[str, str]) -> None:
    """Put the pipeline stack and the gate into ``app``, by its context and by ``environ`` above it.

    Raises :class:`~pipeline.errors.SettingsError` before anything is synthesised.
    """
    settings = read_settings(context=app.node.try_get_context(CONTEXT_KEY), environ=environ)
    PipelineStack(app, "TapPipeline", settings=settings, toolchain=read_toolchain(PACKAGE))
    add_gate(app)


def main() -> None:
    """Synthesise into the folder that the CDK CLI names.

    Ends with exit code 1 and lines on stderr where a setting is wrong (one each) or a rule is broken.
    """
    # Stack traces of constructs end inside jsii for a Python app: they cost a second and say nothing.
    app = App(analytics_reporting=False, auto_synth=False, stack_traces=False, post_cli_context=STRICT)
    try:
        build(app, environ=os.environ)
        synthesise(app)
    except (SettingsError, FindingsError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
