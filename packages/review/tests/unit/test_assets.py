"""A reviewer reads which code changed by its name and its files, and not by a hash."""

from pathlib import Path

from tests.unit.comparing import built

from cdk_review.model.deployment import Asset
from delivery_testing.assemblies import Written, template


def written(folder: Path, **assets: dict[str, str]) -> Written:
    found = Written(folder)
    for stage in ("Dev", "Prod"):
        found.stack(f"App/{stage}/Tap", template(), stage=f"App/{stage}")
        for name, files in assets.items():
            hash_ = (name + "".join(f"{file}{text}" for file, text in files.items())).encode().hex()
            found.asset(f"App/{stage}/Tap", f"{name}/Code", hash_, files, stage=f"App/{stage}")
    return found


def compared(folder: Path, before: dict[str, dict[str, str]], after: dict[str, dict[str, str]]) -> list[Asset]:
    return list(built(folder, written(folder / "base", **before), written(folder / "head", **after)).assets)


def test_an_asset_that_stays_is_not_told_of(tmp_path: Path) -> None:
    same = {"Handler": {"main.py": "1"}}
    assert compared(tmp_path, same, same) == []


def test_stages_that_share_an_asset_are_told_of_once_with_its_files(tmp_path: Path) -> None:
    before = {"Handler": {"main.py": "1", "same.py": "1", "lib/old.py": "1"}}
    after = {"Handler": {"main.py": "2", "same.py": "1", "lib/new.py": "1"}}
    (found,) = compared(tmp_path, before, after)
    assert (found.name, found.stages, found.change) == ("Handler/Code", ("App/Dev", "App/Prod"), "changed")
    assert [(file.name, file.change) for file in found.files] == [
        ("lib/new.py", "added"),
        ("lib/old.py", "removed"),
        ("main.py", "changed"),
    ]


def test_assets_come_and_go(tmp_path: Path) -> None:
    found = compared(tmp_path, {"Old": {"a": "1"}}, {"New": {"a": "1"}})
    assert [(item.name, item.change, item.files) for item in found] == [
        ("New/Code", "added", ()),
        ("Old/Code", "removed", ()),
    ]


def test_an_asset_that_is_a_single_file_has_no_files(tmp_path: Path) -> None:
    base, head = written(tmp_path / "base"), written(tmp_path / "head")
    for place, text in ((base, "1"), (head, "2")):
        place.asset("App/Dev/Tap", "Spec", f"{text * 64}", {}, stage="App/Dev")
        (place.folder / f"asset.{text * 64}").write_text(text)
    (found,) = built(tmp_path, base, head).assets
    assert (found.name, found.change, found.files) == ("Spec", "changed", ())


def test_a_stack_that_goes_takes_its_assets_along(tmp_path: Path) -> None:
    base = written(tmp_path / "base", Handler={"a": "1"})
    head = Written(tmp_path / "head").stack("App", template())
    (found,) = built(tmp_path, base, head).assets
    assert (found.change, found.stages) == ("removed", ("App/Dev", "App/Prod"))
