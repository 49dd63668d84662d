"""Execute the notebooks from a clean kernel and store their outputs, without a trace of the day or the machine.

    python notebooks/execute.py [NOTEBOOK ...]

Without names, all of them.  Two runs give the same files.
"""

import os
import sys
from base64 import b64decode, b64encode
from io import BytesIO
from pathlib import Path

import nbformat
from matplotlib import font_manager  # noqa: F401 - finds the fonts now, or else a kernel would tell that it does
from nbclient import NotebookClient
from PIL import Image

FOLDER = Path(__file__).parent
SECONDS = 300  # that a cell may take on a busy machine
COLOURS = 64  # of a figure; it is a third of the size with them, and looks the same


def notebooks() -> list[Path]:
    """Find the notebooks, in order."""
    return sorted(FOLDER.glob("*.ipynb"))


def executed(path: Path) -> nbformat.NotebookNode:
    """Run all cells from the start; the corpora are hidden, since what is stored must not need them.

    Raises `nbclient.exceptions.CellExecutionError` if a cell fails.
    """
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    hidden = {"MODSPAM_CORPORA", "PYTHONWARNINGS"}
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    # Threads that wait for one another cost more than they do on such small problems, and add up in another order.
    environment |= {
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    }
    # Imports find the same modspam as here, wherever the kernel is started.
    environment["PYTHONPATH"] = os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)
    client = NotebookClient(
        notebook,
        timeout=SECONDS,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(FOLDER)}},
    )
    client.execute(env=environment)
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if "image/png" in output.get("data", {}):
                output.data["image/png"] = small(output.data["image/png"])
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    return notebook


def small(figure: str) -> str:
    """Store a PNG in few colours, and without the name of the program that made it."""
    buffer = BytesIO()
    image = Image.open(BytesIO(b64decode(figure))).convert("RGB")
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
    return b64encode(buffer.getvalue()).decode("ascii")


def main() -> int:
    """Execute the notebooks that are named."""
    for path in map(Path, sys.argv[1:] or notebooks()):
        nbformat.write(executed(path), path)
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
