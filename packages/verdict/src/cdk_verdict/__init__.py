"""Judge what a change to an AWS CDK app loses, weakens, or opens."""
