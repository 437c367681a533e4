"""What the emulator learns beyond MiniStack: one matter a module, each with ``install(config)``."""

import importlib

from cdk_rehearsal.emulator.config import EmulatorConfig

MODULES = (
    "cdk_rehearsal.emulator.extensions.session_secrets",
    "cdk_rehearsal.emulator.extensions.checkpoints",
    "cdk_rehearsal.emulator.extensions.loopback_transport",
    "cdk_rehearsal.emulator.extensions.trust",
    "cdk_rehearsal.emulator.extensions.condition_keys",
    "cdk_rehearsal.emulator.extensions.access_records",
    "cdk_rehearsal.emulator.extensions.foreign_resources",
    "cdk_rehearsal.emulator.extensions.encrypted_objects",
    "cdk_rehearsal.emulator.extensions.stack_roles",
    "cdk_rehearsal.emulator.extensions.stack_permissions",
    "cdk_rehearsal.emulator.extensions.stack_outputs",
    "cdk_rehearsal.emulator.extensions.web_acl_permissions",
    "cdk_rehearsal.emulator.extensions.image_parameters",
    "cdk_rehearsal.emulator.extensions.addresses",
    "cdk_rehearsal.emulator.extensions.nat_gateways",
    "cdk_rehearsal.emulator.extensions.flow_logs",
    "cdk_rehearsal.emulator.extensions.security_group_rules",
    "cdk_rehearsal.emulator.extensions.web_acl_associations",
    "cdk_rehearsal.emulator.extensions.backup_selections",
    "cdk_rehearsal.emulator.extensions.connections",
    "cdk_rehearsal.emulator.extensions.cdk_custom_resources",
    "cdk_rehearsal.emulator.extensions.buckets",
    "cdk_rehearsal.emulator.extensions.bucket_policies",
    "cdk_rehearsal.emulator.extensions.identities",
    "cdk_rehearsal.emulator.extensions.functions",
    "cdk_rehearsal.emulator.extensions.confined_functions",
    "cdk_rehearsal.emulator.extensions.log_groups",
    "cdk_rehearsal.emulator.extensions.log_permissions",
    "cdk_rehearsal.emulator.extensions.databases",
    "cdk_rehearsal.emulator.extensions.in_use",
    "cdk_rehearsal.emulator.extensions.adoptions",
    "cdk_rehearsal.emulator.extensions.template_summaries",
    "cdk_rehearsal.emulator.extensions.replacements",
    "cdk_rehearsal.codebuild.extension",
    "cdk_rehearsal.codecommit.extension",
    "cdk_rehearsal.codepipeline.extension",
    "cdk_rehearsal.emulator.extensions.recorded",
)


def install_all(config: EmulatorConfig) -> None:
    """Install every extension, in order. MiniStack's environment must stand: the modules import it."""
    for module in MODULES:
        importlib.import_module(module).install(config)
