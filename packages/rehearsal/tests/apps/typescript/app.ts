// An app in TypeScript, which Node runs as it is.
import { App, type Environment, Stack, Stage, type StageProps, pipelines } from "aws-cdk-lib";
import { StringParameter } from "aws-cdk-lib/aws-ssm";
import type { Construct } from "constructs";

const env: Required<Environment> = { account: "444444444444", region: "us-east-1" };
const connectionArn = `arn:aws:codeconnections:${env.region}:${env.account}:connection/00000000-0000-4000-8000-000000000000`;

class Workload extends Stage {
  constructor(scope: Construct, id: string, props: StageProps) {
    super(scope, id, props);
    const stack = new Stack(this, "Stack", { stackName: "typed" });
    new StringParameter(stack, "Word", { stringValue: "typed", parameterName: "word" });
  }
}

const app = new App({ analyticsReporting: false });
const input = pipelines.CodePipelineSource.connection("acme/typed", "main", { connectionArn });
const synth = new pipelines.ShellStep("Synth", {
  input,
  installCommands: ["npm ci --no-audit --no-fund"],
  commands: ["CDK_OUTDIR=cdk.out node app.ts"],
});
const delivery = new pipelines.CodePipeline(new Stack(app, "Pipeline", { env }), "Delivery", { synth, selfMutation: false });
delivery.addStage(new Workload(app, "Stage", { env }));
app.synth();
