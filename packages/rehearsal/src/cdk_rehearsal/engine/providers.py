"""Which action providers the rehearsal runs, and what a declaration of each must and may say.

Keys, counts of artifacts and values are those of the "action structure reference" in the CodePipeline user guide.
"""

from dataclasses import dataclass, field
from types import MappingProxyType

from cdk_rehearsal.engine.definition import ActionType


@dataclass(frozen=True, kw_only=True)
class ProviderRules:
    """What an action of one provider may declare: artifacts as (least, most), configuration keys and their values."""

    inputs: tuple[int, int]
    outputs: tuple[int, int]
    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    allowed: MappingProxyType[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))


SOURCE_CONNECTION = ActionType(category="Source", owner="AWS", provider="CodeStarSourceConnection", version="1")
S3_SOURCE = ActionType(category="Source", owner="AWS", provider="S3", version="1")
CODECOMMIT = ActionType(category="Source", owner="AWS", provider="CodeCommit", version="1")
GITHUB = ActionType(category="Source", owner="ThirdParty", provider="GitHub", version="1")
CODEBUILD = ActionType(category="Build", owner="AWS", provider="CodeBuild", version="1")
CODEBUILD_TEST = ActionType(category="Test", owner="AWS", provider="CodeBuild", version="1")
CLOUDFORMATION = ActionType(category="Deploy", owner="AWS", provider="CloudFormation", version="1")
S3_DEPLOY = ActionType(category="Deploy", owner="AWS", provider="S3", version="1")
LAMBDA = ActionType(category="Invoke", owner="AWS", provider="Lambda", version="1")
STEP_FUNCTIONS = ActionType(category="Invoke", owner="AWS", provider="StepFunctions", version="1")
PIPELINE_INVOKE = ActionType(category="Invoke", owner="AWS", provider="CodePipeline", version="1")
COMMANDS = ActionType(category="Compute", owner="AWS", provider="Commands", version="1")
MANUAL_APPROVAL = ActionType(category="Approval", owner="AWS", provider="Manual", version="1")

VARIABLE_CHECK = ActionType(category="Rule", owner="AWS", provider="VariableCheck", version="1")
LAMBDA_RULE = ActionType(category="Rule", owner="AWS", provider="LambdaInvoke", version="1")
COMMANDS_RULE = ActionType(category="Rule", owner="AWS", provider="Commands", version="1")
CODEBUILD_RULE = ActionType(category="Rule", owner="AWS", provider="CodeBuild", version="1")
CLOUDWATCH_ALARM = ActionType(category="Rule", owner="AWS", provider="CloudWatchAlarm", version="1")
DEPLOYMENT_WINDOW = ActionType(category="Rule", owner="AWS", provider="DeploymentWindow", version="1")

CHANGE_SET_REPLACE = "CHANGE_SET_REPLACE"
CHANGE_SET_EXECUTE = "CHANGE_SET_EXECUTE"
CREATE_UPDATE = "CREATE_UPDATE"
DELETE_ONLY = "DELETE_ONLY"

_BUILD = ProviderRules(
    inputs=(1, 5),
    outputs=(0, 5),
    required=frozenset({"ProjectName"}),
    optional=frozenset({"PrimarySource", "EnvironmentVariables", "BatchEnabled"}),
    allowed=MappingProxyType({"BatchEnabled": frozenset({"false"})}),
)

_INVOCATION = ProviderRules(
    inputs=(0, 5),
    outputs=(0, 5),
    required=frozenset({"FunctionName"}),
    optional=frozenset({"UserParameters"}),
)

OUTPUT_FORMAT = "OutputArtifactFormat"
# "The Git URL reference can only be used by downstream CodeBuild actions" ("CodeCommit source action reference").
CLONE_REFERENCE = "CODEBUILD_CLONE_REF"

_COMMANDS = ProviderRules(
    inputs=(1, 10),
    outputs=(0, 1),
    optional=frozenset({"EnvironmentType", "ComputeType", "VpcId", "Subnets", "SecurityGroupIds"}),
    allowed=MappingProxyType({"EnvironmentType": frozenset({"LINUX_CONTAINER"})}),
)

RULES: MappingProxyType[ActionType, ProviderRules] = MappingProxyType(
    {
        SOURCE_CONNECTION: ProviderRules(
            inputs=(0, 0),
            outputs=(1, 1),
            required=frozenset({"ConnectionArn", "FullRepositoryId", "BranchName"}),
            optional=frozenset({OUTPUT_FORMAT, "DetectChanges"}),
            allowed=MappingProxyType(
                {
                    OUTPUT_FORMAT: frozenset({"CODE_ZIP", CLONE_REFERENCE}),
                    "DetectChanges": frozenset({"true", "false"}),
                }
            ),
        ),
        S3_SOURCE: ProviderRules(
            inputs=(0, 0),
            outputs=(1, 1),
            required=frozenset({"S3Bucket", "S3ObjectKey"}),
            optional=frozenset({"PollForSourceChanges", "AllowOverrideForS3ObjectKey"}),
            allowed=MappingProxyType(
                {
                    "PollForSourceChanges": frozenset({"true", "false"}),
                    "AllowOverrideForS3ObjectKey": frozenset({"false"}),
                }
            ),
        ),
        CODECOMMIT: ProviderRules(
            inputs=(0, 0),
            outputs=(1, 1),
            required=frozenset({"RepositoryName", "BranchName"}),
            optional=frozenset({"PollForSourceChanges", OUTPUT_FORMAT}),
            allowed=MappingProxyType(
                {
                    "PollForSourceChanges": frozenset({"true", "false"}),
                    OUTPUT_FORMAT: frozenset({"CODE_ZIP", CLONE_REFERENCE}),
                }
            ),
        ),
        GITHUB: ProviderRules(
            inputs=(0, 0),
            outputs=(1, 1),
            required=frozenset({"Owner", "Repo", "Branch", "OAuthToken"}),
            optional=frozenset({"PollForSourceChanges"}),
            allowed=MappingProxyType({"PollForSourceChanges": frozenset({"true", "false"})}),
        ),
        CODEBUILD: _BUILD,
        CODEBUILD_TEST: _BUILD,
        CLOUDFORMATION: ProviderRules(
            inputs=(0, 10),
            outputs=(0, 1),
            required=frozenset({"ActionMode", "StackName"}),
            optional=frozenset(
                {
                    "Capabilities",
                    "ChangeSetName",
                    "OutputFileName",
                    "ParameterOverrides",
                    "RoleArn",
                    "TemplateConfiguration",
                    "TemplatePath",
                }
            ),
            allowed=MappingProxyType(
                {"ActionMode": frozenset({CHANGE_SET_REPLACE, CHANGE_SET_EXECUTE, CREATE_UPDATE, DELETE_ONLY})}
            ),
        ),
        S3_DEPLOY: ProviderRules(
            inputs=(1, 1),
            outputs=(0, 0),
            required=frozenset({"BucketName", "Extract"}),
            optional=frozenset({"ObjectKey", "KMSEncryptionKeyARN", "CannedACL", "CacheControl"}),
            allowed=MappingProxyType({"Extract": frozenset({"true", "false"})}),
        ),
        LAMBDA: _INVOCATION,
        STEP_FUNCTIONS: ProviderRules(
            inputs=(0, 1),
            # On AWS it may have one; what the archive holds is nowhere said.
            outputs=(0, 0),
            required=frozenset({"StateMachineArn"}),
            optional=frozenset({"ExecutionNamePrefix", "InputType", "Input"}),
            allowed=MappingProxyType({"InputType": frozenset({"Literal", "FilePath"})}),
        ),
        PIPELINE_INVOKE: ProviderRules(
            inputs=(0, 0),
            outputs=(0, 0),
            required=frozenset({"PipelineName"}),
            optional=frozenset({"SourceRevisions", "Variables"}),
        ),
        COMMANDS: _COMMANDS,
        MANUAL_APPROVAL: ProviderRules(
            inputs=(0, 0),
            outputs=(0, 0),
            optional=frozenset({"CustomData", "ExternalEntityLink", "NotificationArn"}),
        ),
    }
)

# The rules of stage conditions: "Rule structure reference" in the CodePipeline user guide.
CONDITION_RULES: MappingProxyType[ActionType, ProviderRules] = MappingProxyType(
    {
        VARIABLE_CHECK: ProviderRules(
            inputs=(0, 5),
            outputs=(0, 0),
            required=frozenset({"Variable", "Operator", "Value"}),
            allowed=MappingProxyType({"Operator": frozenset({"EQ", "NE", "CONTAINS", "MATCHES"})}),
        ),
        LAMBDA_RULE: _INVOCATION,
        CODEBUILD_RULE: _BUILD,
        COMMANDS_RULE: _COMMANDS,
        CLOUDWATCH_ALARM: ProviderRules(
            inputs=(0, 5),
            outputs=(0, 0),
            required=frozenset({"AlarmName"}),
            optional=frozenset({"AlarmStates", "WaitTime"}),
        ),
        DEPLOYMENT_WINDOW: ProviderRules(
            inputs=(0, 5), outputs=(0, 0), required=frozenset({"Cron"}), optional=frozenset({"TimeZone"})
        ),
    }
)
# "Only available for V2 type pipelines" (the references of both actions).
V2_ONLY = frozenset({COMMANDS, PIPELINE_INVOKE})
# "For Entry conditions that use the Skip result … only the LambdaInvoke and VariableCheck rules are supported."
SKIPPING_RULES = frozenset({LAMBDA_RULE, VARIABLE_CHECK})
