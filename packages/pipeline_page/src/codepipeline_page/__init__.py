"""A page on loopback to watch a delivery and decide on it.

It speaks to the public APIs of CodePipeline, CodeBuild, CloudFormation, CloudWatch Logs, S3 and STS alone, so whether
an emulator or AWS answers is for its credentials and its endpoint to say.
"""
