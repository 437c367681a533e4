"""Functions that a pipeline invokes."""

import io
import zipfile
from typing import Any

from tests.codepipeline.emulated import TOOLS
from tests.codepipeline.shop import Json, Shop, action, statement

REPORT = statement(["codepipeline:PutJobSuccessResult", "codepipeline:PutJobFailureResult"])
INVOKE = statement(["lambda:InvokeFunction", "lambda:ListFunctions"])


def function(
    shop: Shop, name: str, code: str, *statements: Json, runtime: str = "python3.11", account: str = TOOLS
) -> None:
    """Create a function that runs as a role of its own; its module is ``index``, its entry ``handler``."""
    role = shop.role(f"{name}-function", *statements, service="lambda.amazonaws.com", account=account)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("index.js" if runtime.startswith("nodejs") else "index.py", code)
    shop.emulator.client("lambda", account).create_function(
        FunctionName=name,
        Runtime=runtime,
        Handler="index.handler",
        Role=role,
        Timeout=20,
        Code={"ZipFile": archive.getvalue()},
    )


def invocation(name: str, function_name: str, **members: Any) -> Json:
    configuration = {"FunctionName": function_name, **members.pop("configuration", {})}
    return action(name, "Invoke", "Lambda", configuration=configuration, **members)
