"""What the emulator learns beyond MiniStack: one matter a module, each with ``install(config)``."""

import importlib

from rehearsal.emulator.config import EmulatorConfig

MODULES = (
    "rehearsal.emulator.extensions.session_secrets",
    "rehearsal.emulator.extensions.checkpoints",
    "rehearsal.emulator.extensions.loopback_transport",
    "rehearsal.emulator.extensions.trust",
    "rehearsal.emulator.extensions.condition_keys",
    "rehearsal.emulator.extensions.access_records",
    "rehearsal.emulator.extensions.foreign_resources",
    "rehearsal.emulator.extensions.encrypted_objects",
    "rehearsal.emulator.extensions.stack_roles",
    "rehearsal.emulator.extensions.stack_permissions",
    "rehearsal.emulator.extensions.stack_outputs",
    "rehearsal.emulator.extensions.web_acl_permissions",
    "rehearsal.emulator.extensions.image_parameters",
    "rehearsal.emulator.extensions.addresses",
    "rehearsal.emulator.extensions.nat_gateways",
    "rehearsal.emulator.extensions.flow_logs",
    "rehearsal.emulator.extensions.security_group_rules",
    "rehearsal.emulator.extensions.web_acl_associations",
    "rehearsal.emulator.extensions.backup_selections",
    "rehearsal.emulator.extensions.connections",
    "rehearsal.emulator.extensions.cdk_custom_resources",
    "rehearsal.emulator.extensions.buckets",
    "rehearsal.emulator.extensions.bucket_policies",
    "rehearsal.emulator.extensions.identities",
    "rehearsal.emulator.extensions.functions",
    "rehearsal.emulator.extensions.log_groups",
    "rehearsal.emulator.extensions.log_permissions",
    "rehearsal.emulator.extensions.databases",
    "rehearsal.emulator.extensions.in_use",
    "rehearsal.emulator.extensions.adoptions",
    "rehearsal.emulator.extensions.template_summaries",
    "rehearsal.emulator.extensions.replacements",
    "rehearsal.codebuild.extension",
    "rehearsal.codecommit.extension",
    "rehearsal.codepipeline.extension",
    "rehearsal.emulator.extensions.recorded",
)


def install_all(config: EmulatorConfig) -> None:
    """Install every extension, in order. MiniStack's environment must stand: the modules import it."""
    for module in MODULES:
        importlib.import_module(module).install(config)
