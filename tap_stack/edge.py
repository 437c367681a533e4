"""What the world sees: CloudFront in front of the bucket."""

from typing import cast

from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from compliance.acknowledgements import acknowledge
from tap_stack.settings import StageSettings, ViewerDomain
from tap_stack.web_acl import WebAcl

PUBLIC_PREFIX = "/public"
"""The part of the bucket that CloudFront shows; the rest, the function's receipts among it, stays private."""


class Edge(Construct):
    """A distribution over HTTPS alone, behind a web ACL, that reaches the bucket through origin access control."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        bucket: s3.IBucket,
        log_bucket: s3.IBucket,
        key: kms.IKey,
        settings: StageSettings,
        web_acl: WebAcl | None,
    ) -> None:
        """Build the distribution behind ``web_acl``, or behind one of its own where there is none yet."""
        super().__init__(scope, id_)
        self.web_acl = web_acl or WebAcl(self, "WebAcl", key=key, settings=settings)
        domain = settings.domain
        self.distribution = cloudfront.Distribution(
            self,
            "Distribution",
            comment=f"TAP {settings.name}",
            default_behavior=cloudfront.BehaviorOptions(
                origin=origins.S3BucketOrigin.with_origin_access_control(bucket, origin_path=PUBLIC_PREFIX),
                viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
                allowed_methods=cloudfront.AllowedMethods.ALLOW_GET_HEAD,
                response_headers_policy=cloudfront.ResponseHeadersPolicy.SECURITY_HEADERS,
            ),
            default_root_object="index.html",
            domain_names=[domain.name] if domain else None,
            certificate=self._certificate(domain) if domain else None,
            minimum_protocol_version=cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021 if domain else None,
            price_class=cloudfront.PriceClass.PRICE_CLASS_100,
            geo_restriction=cloudfront.GeoRestriction.denylist(*settings.denied_countries),
            web_acl_id=self.web_acl.acl.attr_arn,
            enable_logging=True,
            log_bucket=log_bucket,
            log_file_prefix="cloudfront/",
        )
        if domain is None:
            self._state_tls_without_a_domain()

    def _certificate(self, domain: ViewerDomain) -> acm.ICertificate:
        return acm.Certificate.from_certificate_arn(self, "Certificate", domain.certificate_arn)

    def _state_tls_without_a_domain(self) -> None:
        resource = cast(cloudfront.CfnDistribution, self.distribution.node.default_child)
        resource.add_property_override(
            "DistributionConfig.ViewerCertificate",
            {"CloudFrontDefaultCertificate": True, "MinimumProtocolVersion": "TLSv1.2_2021"},
        )
        acknowledge(
            self.distribution,
            finding="AwsSolutions-CFR4",
            reason="'If the distribution uses the CloudFront domain name, CloudFront automatically sets the security "
            "policy to TLSv1 regardless of the value that you set here' (ViewerCertificate, CloudFront API Reference). "
            "A stage with a domain of its own (StageSettings.domain) has TLSv1.2_2021 and no such finding.",
        )
