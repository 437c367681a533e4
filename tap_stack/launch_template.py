"""How the workload's instances are launched."""

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from compliance.acknowledgements import acknowledge
from tap_stack.settings import StageSettings

# A public parameter that AWS moves on with every release; EC2 reads it when it launches ("Use a Systems Manager
# parameter instead of an AMI ID", EC2 User Guide).
AMAZON_LINUX = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
SESSION_MANAGER = (
    "ssm:UpdateInstanceInformation",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
)
ROOT_DEVICE = "/dev/xvda"
ROOT_GIB = 20


class Instances(Construct):
    """A launch template, and the role of what it launches: reached through Session Manager, with no key and no SSH."""

    def __init__(
        self, scope: Construct, id_: str, *, security_group: ec2.ISecurityGroup, key: kms.IKey, settings: StageSettings
    ) -> None:
        """Build the template and the role."""
        super().__init__(scope, id_)
        self.role = iam.Role(
            self,
            "Role",
            description="TAP instances, reached through Session Manager",
            assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"),
        )
        self._session_manager()
        self.template = ec2.LaunchTemplate(
            self,
            "Template",
            instance_type=ec2.InstanceType(settings.instance_class),
            machine_image=ec2.MachineImage.resolve_ssm_parameter_at_launch(AMAZON_LINUX),
            block_devices=[
                ec2.BlockDevice(
                    device_name=ROOT_DEVICE,
                    volume=ec2.BlockDeviceVolume.ebs(
                        ROOT_GIB,
                        volume_type=ec2.EbsDeviceVolumeType.GP3,
                        encrypted=True,
                        kms_key=key,
                        delete_on_termination=True,
                    ),
                )
            ],
            associate_public_ip_address=False,
            detailed_monitoring=True,
            http_tokens=ec2.LaunchTemplateHttpTokens.REQUIRED,
            http_put_response_hop_limit=1,
            role=self.role,
            security_group=security_group,
        )

    def _session_manager(self) -> None:
        """As "Create a custom IAM role for Session Manager" of the Systems Manager User Guide has it."""
        policy = iam.ManagedPolicy(
            self,
            "SessionManager",
            roles=[self.role],
            statements=[iam.PolicyStatement(actions=list(SESSION_MANAGER), resources=["*"])],
        )
        acknowledge(
            policy,
            finding="AwsSolutions-IAM5[Resource::*]",
            reason="The ssmmessages actions have no resource types (Service Authorization Reference, 'Amazon Message "
            "Gateway Service'), and an instance's id is unknown before it is launched. This is the minimal policy of "
            "'Create a custom IAM role for Session Manager' (Systems Manager User Guide), without its S3 and KMS part.",
        )
