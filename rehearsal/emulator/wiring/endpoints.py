"""Endpoints of an app's own APIs, functions, and load balancers, which anybody may call unless they ask for IAM."""
# ruff: noqa: SLF001 - MiniStack's router has no public door

import ministack.app

IAM = "AWS_IAM"
CONNECTIONS = "/@connections/"
LOAD_BALANCERS = "/_alb/"


def is_open_endpoint(method: str, host: str, path: str) -> bool:
    """Whether a request goes to an endpoint that accepts it without a signature.

    Other ways to authorize a call, such as a JWT or a function, are the endpoint's own to check.
    """
    api = ministack.app._parse_execute_api_url(host, path)
    if api is not None:
        name, stage, rest = api
        if rest.startswith(CONNECTIONS):
            return False
        stage, rest = ministack.app._resolve_stage_and_path(name, stage, rest)
        return bool(ministack.app._execute_api_authorization_type(name, stage, method, rest) != IAM)
    function = ministack.app._parse_lambda_url(host, path)
    if function is not None:
        _, keys, _ = ministack.app._function_url_auth_target(function[0])
        return bool(keys.get("lambda:FunctionUrlAuthType") == "NONE")
    return path.startswith(LOAD_BALANCERS)
