import os
from pathlib import Path

import pytest

from cdk_rehearsal.sandbox import view
from cdk_rehearsal.sandbox.settings import SandboxSettings
from cdk_rehearsal.sandbox.specification import Listener, Mount, Specification
from cdk_rehearsal.sandbox.system import bundles
from cdk_rehearsal.sandbox.view import build_specification, network_specification


@pytest.fixture
def settings(tmp_path: Path) -> SandboxSettings:
    for name in ("folder", "certificates", "cache", "tool", "home"):
        (tmp_path / name).mkdir()
    (tmp_path / "certificates" / "bundle.pem").touch()
    return SandboxSettings(
        door=tmp_path / "door.sock",
        folder=tmp_path / "folder",
        bundle=tmp_path / "certificates" / "bundle.pem",
        proxy=3128,
        ports=(4999, 443, 3128),
        tools=(tmp_path / "tool", Path("/usr/lib/node")),
        caches=(tmp_path / "cache",),
        home=tmp_path / "home",
    )


def specification(settings: SandboxSettings, root: Path) -> Specification:
    workspace = root / "workspace"
    return build_specification(
        settings, workspace=workspace, home=workspace / "home", temporary=workspace / "tmp", packages=root / "pip"
    )


def test_listeners_are_the_door_and_ports_of_loopback(settings: SandboxSettings) -> None:
    assert settings.listeners == (
        Listener(role="names", port=53),
        Listener(role="any", port=80),
        Listener(role="any", port=443),
        Listener(role="any", port=3128),
        Listener(role="port 4999", port=4999),
    )


def test_build_writes_to_its_workspace_and_caches_alone(settings: SandboxSettings, tmp_path: Path) -> None:
    seen = specification(settings, tmp_path)
    workspace = tmp_path / "workspace"
    assert {mount.target: mount.source for mount in seen.mounts if mount.writable} == {
        str(workspace): str(workspace),
        str(tmp_path / "cache"): str(tmp_path / "cache"),
        **dict.fromkeys(view.TEMPORARY, str(workspace / "tmp")),
        "/root": str(workspace / "home"),
    }


def test_build_reads_its_tools_and_not_the_home_of_the_user(settings: SandboxSettings, tmp_path: Path) -> None:
    targets = [mount.target for mount in specification(settings, tmp_path).mounts]
    assert {str(tmp_path / "tool"), str(tmp_path / "pip"), str(settings.bundle)} <= set(targets)
    assert not [target for target in targets if Path(target).is_relative_to(settings.home)]
    assert "/usr/lib/node" not in targets, "it is in /usr already"


def test_outer_folders_are_mounted_before_inner_ones(settings: SandboxSettings, tmp_path: Path) -> None:
    depths = [mount.target.count("/") for mount in specification(settings, tmp_path).mounts]
    assert depths == sorted(depths)


def test_root_folder_is_left_alone_where_tools_lie_in_it(settings: SandboxSettings, tmp_path: Path) -> None:
    inside = settings.model_copy(update={"tools": (Path("/root/tools"),)})
    assert "/root" not in [mount.target for mount in specification(inside, tmp_path).mounts]


def test_home_within_a_system_folder_is_hidden(settings: SandboxSettings, tmp_path: Path) -> None:
    inside = settings.model_copy(update={"home": Path("/opt/me")})
    assert "/opt/me" in specification(inside, tmp_path).hidden
    assert "/opt/me" not in specification(settings, tmp_path).hidden


@pytest.mark.parametrize(("user", "hidden"), [(0, ("/etc/secret",)), (1000, ())])
def test_private_configuration_is_hidden_from_root_only(
    settings: SandboxSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, user: int, hidden: tuple[str, ...]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: user)
    monkeypatch.setattr(view, "private_configuration", lambda: iter(["/etc/secret"]))
    view._private_configuration.cache_clear()
    assert specification(settings, tmp_path).hidden == hidden
    view._private_configuration.cache_clear()


def test_other_programs_keep_their_files_behind_the_same_network(settings: SandboxSettings) -> None:
    seen = network_specification(settings)
    assert seen.root == ""
    assert seen.listeners == settings.listeners
    bundle = str(settings.bundle)
    assert {cover.source for cover in seen.covers} <= {
        bundle,
        *(str(settings.folder / "etc" / n) for n in view.NETWORK_FILES),
    }
    assert Mount(source=bundle, target=bundles()[0]) in seen.covers
