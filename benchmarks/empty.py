"""An app with one empty stack, the measure of every other figure: ``cdk synth --app "python3 -m benchmarks.empty"``."""

from aws_cdk import App, Stack

if __name__ == "__main__":
    app = App(analytics_reporting=False, auto_synth=False, stack_traces=False)
    Stack(app, "Empty")
    app.synth()
