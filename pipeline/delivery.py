"""The pipeline itself: source, synth, self-mutation, assets, and the stages in their order."""

from collections.abc import Sequence

from aws_cdk import RemovalPolicy, Stack, pipelines
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from constructs import Construct

from pipeline import builds, grants
from pipeline.approval import approval
from pipeline.checks import checks
from pipeline.guard import guard
from pipeline.protection import protection
from pipeline.settings import DeliverySettings
from pipeline.source import source
from pipeline.synthesis import synthesis
from pipeline.toolchain import Toolchain
from stages.stage import TapStage
from tap_stack.settings import StageSettings


class Delivery(Construct):
    """A CodePipeline V2 that carries every push of the branch through the stages."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: DeliverySettings,
        toolchain: Toolchain,
        stages: Sequence[StageSettings],
        artifacts: s3.IBucket,
        logging: codebuild.LoggingOptions,
        topic: sns.ITopic,
    ) -> None:
        """Build the pipeline.

        Actions hand ``artifacts`` on, log to ``logging`` and mail ``topic`` when a stage waits for approval.
        """
        super().__init__(scope, id_)
        commit = source(settings)
        blueprint = pipelines.CodePipeline(
            self,
            "Pipeline",
            synth=synthesis(commit),
            artifact_bucket=artifacts,
            cli_version=toolchain.cdk,
            cdk_assets_cli_version=toolchain.cdk_assets,
            code_build_defaults=builds.defaults(logging),
            cross_account_keys=True,
            enable_key_rotation=True,
            pipeline_type=codepipeline.PipelineType.V2,
            publish_assets_in_parallel=False,
            self_mutation=True,
            use_pipeline_role_for_actions=True,
        )
        after = [step for stage in stages for step in self._add(blueprint, commit, settings=stage, topic=topic)]
        blueprint.build_pipeline()
        self.pipeline = blueprint.pipeline
        self._use_connection(settings.connection_arn)
        grants.accept(blueprint, artifacts=artifacts, checks=[step.project for step in after])

    def _add(
        self,
        blueprint: pipelines.CodePipeline,
        commit: pipelines.IFileSetProducer,
        *,
        settings: StageSettings,
        topic: sns.ITopic,
    ) -> list[pipelines.CodeBuildStep]:
        # In the stack's own scope, since that is how the command line addresses it: TapPipeline/Dev/Tap.
        stage = TapStage(Stack.of(self), settings.construct_id, settings=settings)
        check = checks(commit, settings=settings, outputs=stage.outputs)
        before = [approval(stage=settings.name, topic=topic)] if settings.approval_required else []
        protect = [protection(commit, settings=settings)] if settings.termination_protection else []
        for step in protect:
            check.add_step_dependency(step)
        guards = {
            stack: guard(commit, stage=stage.node.path, stack=stack)
            for stack in stage.node.children
            if isinstance(stack, Stack) and settings.removal_policy is RemovalPolicy.RETAIN
        }
        guarded = [pipelines.StackSteps(stack=stack, change_set=[step]) for stack, step in guards.items()]
        blueprint.add_stage(stage, pre=before, stack_steps=guarded, post=[*protect, check])
        return [*guards.values(), *protect, check]

    def _use_connection(self, arn: str) -> None:
        # aws-cdk-lib grants codestar-connections:UseConnection alone, which does not reach a connection under the
        # service's newer name (awslabs/landing-zone-accelerator-on-aws#828).
        service = arn.split(":")[2]
        self.pipeline.add_to_role_policy(
            iam.PolicyStatement(actions=[f"{service}:UseConnection"], resources=[arn]),
        )
