"""One shell for all commands of a build, so that directories, variables and functions carry over, as in CodeBuild."""

import contextlib
import os
import selectors
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self, cast

from cdk_rehearsal.codebuild.machine import processes
from cdk_rehearsal.codebuild.machine.limits import Limits
from cdk_rehearsal.codebuild.machine.output import Output
from cdk_rehearsal.codebuild.machine.processes import MARK, end_build
from cdk_rehearsal.sandbox.command import confined

CHUNK = 64 * 1024
LARGEST_PIPE = 1024 * 1024  # of Linux, unless its administrator says otherwise
GLANCE = 0.1
SIGNALLED = 128
END_SANDBOX = "kill -s KILL -- -1"  # all that it holds; nothing else can be seen there

# The shell reads the path of a command's file, runs it, and answers its exit status, on lines that commands don't see.
# The subshell ends the build when the emulator is gone without a word. A command that ends the shell leaves directory
# and exported variables to the shell that follows. Quoted paths stand on lines of their own, never inside other quotes:
# a clone's path may hold any character.
SESSION = """
exec 3<&0 4>&1 </dev/null >&2
( ( read -r _ </dev/fd/{alive}; {end} || kill -KILL 0 ) 3<&- 4>&- >/dev/null 2>&1 & )
_leave() {{
  export -p >{state}
  pwd >{place}
}}
if [ -s {state} ]; then
  . {state}
  _place=$(cat {place})
  cd "$_place"
  unset _place
fi
trap _leave EXIT
while IFS= read -r _command <&3; do
  . "$_command" 3<&- 4>&-
  echo $? >&4
done
trap - EXIT
"""


class Shell:
    """A POSIX shell that runs commands one by one, in a session of its own, and takes its children with it."""

    def __init__(
        self,
        *,
        program: str,
        build_id: str,
        directory: Path,
        environment: Mapping[str, str],
        control: Path,
        output: Output,
        limits: Limits,
        sandbox: Path | None = None,
    ) -> None:
        """Prepare it; the first command starts it.

        Args:
            program: the shell's path.
            build_id: stands in the environment of all its processes, by which they are found again.
            directory: where the first command runs.
            environment: all of it; nothing is inherited.
            control: an empty folder of the shell's own. It may hold secrets: remove it afterwards.
            output: takes what the commands write.
            limits: ends a command that runs too long, or the build.
            sandbox: the specification of the sandbox that it runs in; None for none.
        """
        self._program, self._build_id, self._output, self._limits = program, build_id, output, limits
        self._directory, self._control, self._sandbox = directory, control, sandbox
        self._environment = {**environment, MARK: build_id}
        self._reader, self._writer = os.pipe()
        self._alive, self._life = os.pipe()
        os.set_blocking(self._reader, False)
        self._process: subprocess.Popen[bytes] | None = None
        self._groups: list[int] = []
        self._commands = 0

    def __enter__(self) -> Self:
        """Use it as a context manager to have it ended."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End the shell with everything that it started."""
        left = end_build(self._build_id, self._groups)
        if self._process:
            self._forget(self._process)
        self._drain()
        if left:
            self._output.say(f"processes that would not end: {', '.join(map(str, left))}")
        for handle in (self._reader, self._writer, self._alive, self._life):
            os.close(handle)

    def run(self, command: str) -> int:
        """Run a command and return its exit status; 128 and a signal's number if that ended the shell.

        Raises:
            Interrupted: the limits say so. The command may still run: leave the shell.
        """
        process = self._process or self._start()
        self._commands += 1
        step = self._control / f"command-{self._commands}.sh"
        step.write_text(f"{command}\n")
        with contextlib.suppress(BrokenPipeError):  # a shell that has ended is seen next
            cast(IO[bytes], process.stdin).write(f"{step}\n".encode())
        return self._outcome(process)

    def read(self, names: Sequence[str]) -> dict[str, str]:
        """Return the values of the shell's variables of these names, without those that are unset."""
        answer = self._control / "variables"
        lines = "\n".join(f'[ -z "${{{name}+x}}" ] || printf \'{name}=%s\\0\' "${name}"' for name in names)
        self.run(f"{{ :\n{lines}\n}} >{shlex.quote(str(answer))}")
        pairs = answer.read_bytes().decode(errors="replace").split("\0")
        return {name: value for name, _, value in (pair.partition("=") for pair in pairs if pair)}

    def expand(self, text: str) -> str:
        """Return text with its variables and command substitutions as the shell expands them."""
        answer = self._control / "expanded"
        self.run(f"cat >{shlex.quote(str(answer))} <<END_OF_TEXT\n{text}\nEND_OF_TEXT")
        return answer.read_text(errors="replace").strip()

    def _start(self) -> subprocess.Popen[bytes]:
        outside = self._sandbox is None
        session = SESSION.format(
            alive=self._alive,
            end=shlex.join([sys.executable, "-I", processes.__file__, self._build_id]) if outside else END_SANDBOX,
            state=shlex.quote(str(self._control / "state")),
            place=shlex.quote(str(self._control / "place")),
        )
        self._process = subprocess.Popen(  # noqa: S603 - running a build's commands is the point
            [*(confined(self._sandbox) if self._sandbox else []), self._program, "-c", session],
            cwd=self._directory,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._writer,
            bufsize=0,
            pass_fds=[self._alive],
            start_new_session=True,
        )
        self._groups.append(self._process.pid)
        return self._process

    def _outcome(self, process: subprocess.Popen[bytes]) -> int:
        answers = cast(IO[bytes], process.stdout)
        with selectors.DefaultSelector() as selector:
            selector.register(self._reader, selectors.EVENT_READ)
            selector.register(answers, selectors.EVENT_READ)
            while True:
                self._limits.check()
                ready = [key.fileobj for key, _ in selector.select(GLANCE)]
                if answers in ready:
                    answer = answers.readline()
                    if answer:
                        self._drain()
                        return int(answer)
                    selector.unregister(answers)
                if self._reader in ready:
                    self._output.feed(os.read(self._reader, CHUNK))
                if process.poll() is not None:
                    return self._forget(process)

    def _forget(self, process: subprocess.Popen[bytes]) -> int:
        """Reap a shell that has ended; the next command gets another."""
        status = process.wait()
        for stream in (process.stdin, process.stdout):
            cast(IO[bytes], stream).close()
        self._drain()
        self._process = None
        return status if status >= 0 else SIGNALLED - status

    def _drain(self) -> None:
        """Take what stands in the pipe, once: a background process may go on writing for ever."""
        with contextlib.suppress(BlockingIOError):
            self._output.feed(os.read(self._reader, LARGEST_PIPE))
