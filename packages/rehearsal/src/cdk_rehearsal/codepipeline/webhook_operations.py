"""The operations on webhooks, and AWS::CodePipeline::Webhook for CloudFormation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cdk_rehearsal.codepipeline.given import given
from cdk_rehearsal.codepipeline.pipelines import Pipelines
from cdk_rehearsal.codepipeline.webhooks import Webhooks
from cdk_rehearsal.emulator.hooks import (
    Call,
    Json,
    Properties,
    Resource,
    ResourceRequest,
    ServiceError,
    account,
    physical_name,
    region,
)
from cdk_rehearsal.engine.webhooks import PATH, Webhook, WebhookFilter

Operation = Callable[[Call], Json]
NAME_CHARACTERS = 100
# What each kind of authentication needs ("WebhookAuthConfiguration" in the API reference).
NEEDED: Mapping[str, frozenset[str]] = {
    "GITHUB_HMAC": frozenset({"SecretToken"}),
    "IP": frozenset({"AllowedIPRange"}),
    "UNAUTHENTICATED": frozenset(),
}


@dataclass(frozen=True)
class WebhookOperations:
    """Answers calls about webhooks."""

    pipelines: Pipelines
    webhooks: Webhooks

    def table(self) -> Mapping[str, Operation]:
        """Return the operations by name."""
        return {
            "PutWebhook": self.put,
            "ListWebhooks": self.list_all,
            "DeleteWebhook": self.delete,
            "RegisterWebhookWithThirdParty": lambda call: self._register(call, known=True),
            "DeregisterWebhookWithThirdParty": lambda call: self._register(call, known=False),
        }

    def put(self, call: Call) -> Json:
        """PutWebhook: a new one, or another definition of the one of that name."""
        tags = {each["key"]: each["value"] for each in call.payload.get("tags", [])}
        definition = call.payload["webhook"]
        webhook = keep(self, (call.account, call.region, definition["name"]), definition, tags)
        return {"webhook": _listed(webhook)}

    def list_all(self, call: Call) -> Json:
        """ListWebhooks, by name, all on one page."""
        here = [each for each in self.webhooks.all() if (each.account, each.region) == (call.account, call.region)]
        return {"webhooks": [_listed(each) for each in here]}

    def delete(self, call: Call) -> Json:
        """DeleteWebhook."""
        self.webhooks.delete((call.account, call.region, call.payload["name"]))
        return {}

    def _register(self, call: Call, *, known: bool) -> Json:
        name = call.payload.get("webhookName", "")
        webhook = self.webhooks.find((call.account, call.region, name))
        if webhook is None:
            raise ServiceError("WebhookNotFoundException", f"There is no webhook with name '{name}'")
        self.webhooks.save(webhook.model_copy(update={"registered": known}))
        return {}


@dataclass(frozen=True)
class WebhookType:
    """Creates, changes and deletes webhooks for stacks. ``Ref`` is the name; ``Url`` is an attribute."""

    operations: WebhookOperations

    def create(self, request: ResourceRequest) -> Resource:
        """Create the webhook, and register it if asked to."""
        name = request.properties.get("Name")
        return self._put(name or physical_name(request.stack, request.logical_id, longest=NAME_CHARACTERS), request)

    def update(self, resource_id: str, previous: Properties, request: ResourceRequest) -> Resource:  # noqa: ARG002 - the protocol's signature
        """Change it in place."""
        return self._put(resource_id, request)

    def delete(self, resource_id: str, properties: Properties) -> None:  # noqa: ARG002 - the protocol's signature
        """Delete the webhook."""
        with self.operations.pipelines.store.held():
            self.operations.webhooks.delete((account(), region(), resource_id))

    def _put(self, name: str, request: ResourceRequest) -> Resource:
        properties = request.properties
        definition = {
            "targetPipeline": properties["TargetPipeline"],
            "targetAction": properties["TargetAction"],
            "filters": [
                given(jsonPath=each["JsonPath"], matchEquals=each.get("MatchEquals")) for each in properties["Filters"]
            ],
            "authentication": properties["Authentication"],
            "authenticationConfiguration": properties["AuthenticationConfiguration"],
        }
        registered = str(properties.get("RegisterWithThirdParty", False)).lower() == "true"
        with self.operations.pipelines.store.held():
            key = (request.account, request.region, name)
            webhook = keep(self.operations, key, definition, {}, registered=registered)
        return Resource(name, {"Url": webhook.url})


def keep(
    operations: WebhookOperations,
    key: tuple[str, str, str],
    definition: Json,
    tags: Mapping[str, str],
    *,
    registered: bool | None = None,
) -> Webhook:
    """Check a definition and keep the webhook; unless said, it stays as registered as it is.

    Raises:
        ServiceError: the pipeline or its action does not exist, or a member does not do.
    """
    target = operations.pipelines.get(key[0], key[1], definition["targetPipeline"])
    if definition["targetAction"] not in {each.name for each in target.pipeline.stages[0].actions}:
        raise ServiceError(
            "ValidationException",
            f"targetAction: pipeline '{target.pipeline.name}' has no source action '{definition['targetAction']}'",
        )
    for each in definition["filters"]:
        if not PATH.fullmatch(each["jsonPath"]):
            raise ServiceError(
                "InvalidWebhookFilterPatternException",
                f"jsonPath '{each['jsonPath']}': the rehearsal evaluates members of members, as in $.repository.name",
            )
    authentication, secrets = definition["authentication"], definition["authenticationConfiguration"]
    if secrets.keys() != NEEDED[authentication]:
        needed = ", ".join(NEEDED[authentication]) or "nothing"
        raise ServiceError(
            "InvalidWebhookAuthenticationParametersException", f"authentication {authentication} needs {needed}"
        )
    filters = [WebhookFilter(path=each["jsonPath"], equals=each.get("matchEquals")) for each in definition["filters"]]
    former = operations.webhooks.find(key)
    webhook = Webhook(
        account=key[0],
        region=key[1],
        name=key[2],
        pipeline=target.pipeline.name,
        action=definition["targetAction"],
        filters=filters,
        authentication=authentication,
        secrets=secrets,
        registered=former is not None and former.registered if registered is None else registered,
        triggered=former.triggered if former else None,
        tags=dict(tags) or (former.tags if former else {}),
    )
    operations.webhooks.save(webhook)
    return webhook


def _listed(webhook: Webhook) -> Json:
    return {
        "definition": {
            "name": webhook.name,
            "targetPipeline": webhook.pipeline,
            "targetAction": webhook.action,
            "filters": [given(jsonPath=each.path, matchEquals=each.equals) for each in webhook.filters],
            "authentication": webhook.authentication,
            "authenticationConfiguration": webhook.secrets,
        },
        "url": webhook.url,
        "arn": webhook.arn,
        **given(
            lastTriggered=webhook.triggered,
            tags=[{"key": key, "value": value} for key, value in webhook.tags.items()],
        ),
    }
