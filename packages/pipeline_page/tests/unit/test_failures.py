import pytest

from codepipeline_page.failures import failing_line, rank


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FAILED tests/test_a.py::test_b - AssertionError: assert 1 == 2", 0),
        ("ERROR tests/test_a.py - ModuleNotFoundError: No module named 'x'", 0),
        ("CREATE_FAILED  AWS::SNS::Topic  Topic: taken", 0),
        ("❌ Deployment failed: Error: taken", 0),
        ("[Error at /App/Bucket] S1: encrypt it", 0),
        ("src/a.ts(3,7): error TS2322: Type 'string' is not assignable", 0),
        ("src/a.ts:3:7 - error TS2322: Type 'string' is not assignable", 0),
        ("--- FAIL: TestTotal (0.00s)", 1),
        ("  ● cart \u203a adds up", 1),
        ("    ✕ adds up (3 ms)", 1),
        ("not ok 2 - adds up", 1),
        (" FAIL  src/cart.test.ts", 1),
        ("FAIL: test_total (tests.Cart)", 1),
        ("E       AssertionError: assert 1 == 2", 2),
        ("botocore.exceptions.NoRegionError: You must specify a region.", 2),
        ("AssertionError", 2),
        ("npm ERR! Missing script: build", 2),
        ("npm error Missing script: build", 2),
        ("main.c:3:1: error: expected ';'", 2),
        ("error: the settings have no account", 3),
        ("tool: fatal error: no input", 3),
        ("fatal: not a git repository", 3),
        ("    raise AssertionError from None", 3),
        ("Found 18 errors.", 4),
        ("=== 1 failed, 17 passed in 0.5s ===", 4),
        ("User is not authorized to perform sts:AssumeRole", 5),
        ("CREATE_FAILED  AWS::SNS::Topic  Topic: Resource creation cancelled", 5),
        ("Traceback (most recent call last):", 5),
    ],
)
def test_rank_prefers_lines_that_name_the_failure(text: str, expected: int) -> None:
    assert rank(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "collected 18 items",
        "Found 0 errors.",
        "no failures",
        "[Container] 2026/11/24 Phase complete: BUILD State: FAILED",
        "npm ERR! code 1",
        "npm error A complete log of this run can be found in: /home/builder/.npm",
        "Subprocess exited with error 1",
        "terror and ferrors",
    ],
)
def test_rank_ignores_lines_that_name_no_failure(text: str) -> None:
    assert rank(text) is None


def test_failing_line_is_the_first_of_the_best_rank() -> None:
    found = failing_line([None, 4, 2, 2, None])
    assert found is not None
    assert (found.index, found.rank) == (2, 2)
    assert failing_line([None]) is None
