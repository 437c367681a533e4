"""Endpoints of an app's own APIs, functions, and load balancers, which anybody may call unless they ask for IAM."""
# ruff: noqa: SLF001 - MiniStack's router and stores have no public door

import ministack.app
from ministack.core import responses
from ministack.services import apigateway, apigateway_v1

IAM = "AWS_IAM"
CONNECTIONS = "/@connections/"
LOAD_BALANCERS = "/_alb/"


def enters_open_endpoint(method: str, host: str, path: str) -> bool:
    """Whether a request goes to an endpoint that accepts it without a signature; it then acts for the API's account.

    Other ways to authorize a call, such as a JWT or a function, are the endpoint's own to check.
    """
    api = ministack.app._parse_execute_api_url(host, path)
    if api is not None:
        return _enters_api(method, *api)
    function = ministack.app._parse_lambda_url(host, path)
    if function is not None:
        _, keys, _ = ministack.app._function_url_auth_target(function[0])
        return bool(keys.get("lambda:FunctionUrlAuthType") == "NONE")
    return path.startswith(LOAD_BALANCERS)


def _enters_api(method: str, api: str, stage: str, path: str) -> bool:
    owner = next((key[0] for store in _stores() for key, _ in store.all_items() if key[2] == api), None)
    if owner is None or path.startswith(CONNECTIONS):
        return False
    # MiniStack looks for an API in the caller's account, and who does not sign has none.
    responses.set_request_account_id(owner)
    stage, path = ministack.app._resolve_stage_and_path(api, stage, path)
    return bool(ministack.app._execute_api_authorization_type(api, stage, method, path) != IAM)


def _stores() -> tuple[apigateway_v1.AccountRegionScopedDict, ...]:
    return apigateway_v1._rest_apis, apigateway._apis
