"""What the emulator offers to extensions. Import from here; everything else in this package may move.

An extension is a module with ``install(config: EmulatorConfig) -> None`` that calls these, once, before the first
request. All of it is documented where it is defined:

- ``register_resource_type``, ``extend_resource_type``, ``run_on_thread``, ``physical_name``: CloudFormation types.
- ``register_service``, ``extend_service``, ``authorise_on``, ``refine_resource``: wire APIs, with IAM in front.
- ``assume_service_role``: credentials of a service role, its trust policy checked.
- ``account``, ``region``, ``scope``, ``spawn``: whose request this is, and threads that remember it.
- ``persist``, ``save_now``, ``saved_until``: state that survives a restart, and what of it survived a kill.
- ``on_started``, ``on_stopping``: resume and clean up.
- ``add_route``: internal HTTP routes under ``/_rehearsal/``, for callers with the token.
"""

from cdk_rehearsal.emulator.contracts import (
    Call,
    Credentials,
    Json,
    Properties,
    Resource,
    ResourceProvider,
    ResourceRequest,
    ServiceError,
)
from cdk_rehearsal.emulator.wiring.extended import extend_resource_type
from cdk_rehearsal.emulator.wiring.lifecycle import on_started, on_stopping
from cdk_rehearsal.emulator.wiring.resources import (
    physical_name,
    register_resource_type,
    run_on_thread,
)
from cdk_rehearsal.emulator.wiring.routes import add_route
from cdk_rehearsal.emulator.wiring.scope import account, region, scope, spawn
from cdk_rehearsal.emulator.wiring.services import authorise_on, extend_service, refine_resource, register_service
from cdk_rehearsal.emulator.wiring.sessions import assume_service_role
from cdk_rehearsal.emulator.wiring.state import persist, save_now, saved_until

__all__ = [
    "Call",
    "Credentials",
    "Json",
    "Properties",
    "Resource",
    "ResourceProvider",
    "ResourceRequest",
    "ServiceError",
    "account",
    "add_route",
    "assume_service_role",
    "authorise_on",
    "extend_resource_type",
    "extend_service",
    "on_started",
    "on_stopping",
    "persist",
    "physical_name",
    "refine_resource",
    "region",
    "register_resource_type",
    "register_service",
    "run_on_thread",
    "save_now",
    "saved_until",
    "scope",
    "spawn",
]
