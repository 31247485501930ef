from __future__ import annotations

import subprocess
import sys

WRITES = """
import os, sys
from workbench.app.start import native_writes

with native_writes() as stray:
    os.write(1, b"from C ")
    os.write(2, b"and more")
    os.system("echo , and a child")
    print("drawn", file=sys.__stderr__)
    print("printed")
    gathered = os.read(stray, 100)
os.write(1, b"again\\n")
print(gathered)
"""


def test_native_writes_are_gathered_and_python_keeps_the_terminal() -> None:
    """Only what is drawn reaches the old descriptors, and they come back."""
    done = subprocess.run(
        [sys.executable, "-c", WRITES], capture_output=True, text=True, check=True
    )

    assert done.stderr == "drawn\nprinted\n"
    assert done.stdout == "again\nb'from C and more, and a child\\n'\n"
