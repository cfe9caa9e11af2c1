"""Everything in one command: trains the networks, goes on where it was interrupted, and writes the models."""

import argparse
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
STAGES = ["train_autoencoder.py", "train_text.py", "train_pictures.py", "train_decoder.py", "export.py", "train_style.py", "train_control.py"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("work"), help="folder of checkpoints and logs")
    given, others = parser.parse_known_args()
    for stage in STAGES:
        print(f"== {stage}", flush=True)
        options = others if stage.startswith("train") else []
        subprocess.run([sys.executable, FOLDER / stage, "--work", given.work, *options], check=True)


if __name__ == "__main__":
    main()
