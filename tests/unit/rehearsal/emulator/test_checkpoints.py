import threading

from rehearsal.emulator.extensions.checkpoints import Checkpoints

PATIENCE_SECONDS = 10


def test_a_request_is_followed_by_a_save_and_silence_by_none() -> None:
    saved = threading.Semaphore(0)
    checkpoints = Checkpoints(saved.release, interval=0.01)
    checkpoints.start()
    assert not saved.acquire(timeout=0.1)
    for _ in range(2):
        checkpoints.note_request()
        assert saved.acquire(timeout=PATIENCE_SECONDS)
    assert not saved.acquire(timeout=0.1)
    checkpoints.stop()
    checkpoints.note_request()
    assert not saved.acquire(timeout=0.1)
