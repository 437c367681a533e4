import pytest

from pipeline.checks import variable_name


@pytest.mark.parametrize(
    ("output", "variable"),
    [
        ("CheckRoleArn", "CHECK_ROLE_ARN"),
        ("S3BucketName", "S3_BUCKET_NAME"),
        ("VpcId", "VPC_ID"),
        ("CloudFrontDomain", "CLOUD_FRONT_DOMAIN"),
    ],
)
def test_an_output_becomes_a_variable_in_upper_snake_case(output: str, variable: str) -> None:
    assert variable_name(output) == variable
