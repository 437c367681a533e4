"""The CDK app: settings, the pipeline stack, the gate, synth."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from aws_cdk import App

from compliance.cache import AnswerCache
from compliance.gate import STRICT, FindingsError, add_gate, synthesise
from compliance.validation import OFF, SWITCH, CachedValidation
from pipeline.duplicates import reject_duplicates
from pipeline.errors import SettingsError
from pipeline.reading import read_settings
from pipeline.settings import CONTEXT_KEY
from pipeline.stack import PipelineStack
from pipeline.toolchain import read_toolchain
from stages.build import stage_settings
from stages.table import STAGES

ROOT = Path(__file__).parent
QUALIFIER = "@aws-cdk/core:bootstrapQualifier"
"""Where a stack's synthesizer reads its qualifier from (``BOOTSTRAP_QUALIFIER_CONTEXT`` in aws-cdk-lib)."""


def deliver(app: App, *, environ: Mapping[str, str]) -> None:
    """Add the pipeline's stack to ``app``, as set by the app's context and, above it, ``environ``.

    Raises :class:`~pipeline.errors.SettingsError` before anything is synthesized.
    """
    reject_duplicates(ROOT / "cdk.json", below=("context", CONTEXT_KEY))
    settings = read_settings(context=app.node.try_get_context(CONTEXT_KEY), environ=environ, rows=STAGES)
    # Every stack of the app, those of the library's own included, takes its synthesizer's qualifier from here.
    app.node.set_context(QUALIFIER, settings.qualifier)
    stages = stage_settings(settings.ordered_stages, tools_account=settings.tools.account, table=STAGES)
    PipelineStack(app, "TapPipeline", settings=settings, stages=stages, toolchain=read_toolchain(ROOT / "package.json"))


def build(app: App, *, environ: Mapping[str, str]) -> None:
    """Add the pipeline's stack and the gate to ``app``. Raises :class:`~pipeline.errors.SettingsError`."""
    deliver(app, environ=environ)
    add_gate(app, validation=cached_validation(environ))


def cached_validation(environ: Mapping[str, str]) -> CachedValidation | None:
    """Return CDK's own validation of templates, cached; None where the library runs it by itself.

    The command in ``cdk.json`` keeps the library from that. So ``cdk synth --no-validation`` can't skip the validation.
    """
    if environ.get(SWITCH) != OFF:
        return None
    return CachedValidation(cache=AnswerCache(folder=cache_folder(environ) / "validation"))


def cache_folder(environ: Mapping[str, str]) -> Path:
    """Return the folder of caches: the clone's own, unless ``DELIVERY_CACHE`` names one to share."""
    return Path(environ.get("DELIVERY_CACHE") or ROOT / ".cache")


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
