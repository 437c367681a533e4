"""A web page on loopback to watch an AWS CodePipeline and answer its approvals.

It calls the public APIs of CodePipeline, CodeBuild, CloudFormation, CloudWatch Logs, S3, and STS only. Its credentials
and endpoint decide whether AWS or an emulator answers.
"""
