"""An app that CDK's own validation rejects: two stacks break a rule, and one of them acknowledges the finding.

``invalid_app.py OUTDIR`` registers the cached validation under the same variable as the real app.
"""

import os
import sys
from pathlib import Path

from aws_cdk import Acknowledgment, App, Stack, Stage, Validations
from aws_cdk import aws_logs as logs

from app import cached_validation
from compliance.gate import STRICT, FindingsError, synthesise

if __name__ == "__main__":
    app = App(outdir=sys.argv[1], context=STRICT, analytics_reporting=False, stack_traces=False)
    groups = [logs.CfnLogGroup(Stack(Stage(app, name), "Logs"), "Group") for name in ("One", "Other")]
    for group in groups:
        group.add_property_override("NoSuchProperty", 1)
    acknowledged = Acknowledgment(id="CloudFormation-Validate::F3002", reason="To be found, here and in the other.")
    Validations.of(groups[0]).acknowledge(acknowledged)
    if cached := cached_validation(os.environ):
        Validations.of(app).add_plugins(cached)
    try:
        synthesise(app)
    except FindingsError as error:
        Path(sys.argv[1], "printed").write_text(str(error).replace(sys.argv[1], ""))
