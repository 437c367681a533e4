from cdk_review.source.calls import read_source
from cdk_review.source.places import place_of
from tests.synthesis import ROOT


def test_the_repositorys_own_constructs_are_found() -> None:
    source = read_source(ROOT)
    for path, file in (
        ("TapPipeline/Prod/Tap/Database/Instance/Resource", "tap_stack/database.py"),
        ("TapPipeline/Dev/Tap/Network/Vpc/Resource", "tap_stack/network.py"),
        ("TapPipeline/Artifacts/Bucket/Resource", "pipeline/artifacts.py"),
    ):
        place = place_of(path, source)
        assert place is not None
        assert place.file == file
