"""What every training does: steps with a falling rate, an average of the weights, checkpoints to go on from, a log."""

import argparse
import json
import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

CHECKPOINT_SECONDS = 120


@dataclass(frozen=True)
class Run:
    """How a training is run."""

    folder: Path
    device: str
    side: int
    steps: int
    batch: int
    workers: int
    seed: int
    # Ends early, to be gone on with later.
    minutes: float
    # Scenes that are drawn and encoded once.
    pool: int


def arguments(name: str, description: str, steps: int, batch: int, pool: int = 4_000) -> Run:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--work", type=Path, default=Path("work"), help="folder of checkpoints and logs")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--side", type=int, default=64)
    parser.add_argument("--steps", type=int, default=steps)
    parser.add_argument("--batch", type=int, default=batch)
    parser.add_argument("--workers", type=int, default=12 if torch.cuda.is_available() else 0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=math.inf)
    parser.add_argument("--pool", type=int, default=pool)
    given = parser.parse_args()
    folder = given.work / name
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(given.seed)
    return Run(folder, given.device, given.side, given.steps, given.batch, given.workers, given.seed, given.minutes, given.pool)


def trained(folder: Path, networks: dict[str, nn.Module], device: str) -> None:
    """Gives networks the averaged weights of the checkpoint in `folder`; they are not trained further."""
    kept = torch.load(folder / "checkpoint.pt", map_location=device, weights_only=True)
    for name, network in networks.items():
        network.load_state_dict(kept["networks"][name])
    weights = [weight for network in networks.values() for weight in network.parameters()]
    with torch.no_grad():
        for weight, average in zip(weights, kept["averages"], strict=True):
            weight.copy_(average)
    for network in networks.values():
        network.to(device).requires_grad_(False).eval()


class Trainer:
    """Steps over some networks."""

    def __init__(self, run: Run, networks: dict[str, nn.Module], rate: float, average: float = 0.999):
        self.run, self.networks, self.rate, self.average = run, networks, rate, average
        self.step = 0
        self.weights = [weight for network in networks.values() for weight in network.parameters() if weight.requires_grad]
        self.averages = [weight.detach().clone() for weight in self.weights]
        self.optimiser = torch.optim.AdamW(self.weights, lr=rate, betas=(0.9, 0.99), weight_decay=0.01)
        self.file = run.folder / "checkpoint.pt"
        if self.file.exists():
            kept = torch.load(self.file, map_location=run.device, weights_only=True)
            self.step = kept["step"]
            for name, network in networks.items():
                network.load_state_dict(kept["networks"][name])
            self.optimiser.load_state_dict(kept["optimiser"])
            self.averages = kept["averages"]

    def save(self) -> None:
        state = {
            "step": self.step,
            "networks": {name: network.state_dict() for name, network in self.networks.items()},
            "optimiser": self.optimiser.state_dict(),
            "averages": self.averages,
        }
        torch.save(state, self.file.with_suffix(".new"))
        self.file.with_suffix(".new").replace(self.file)

    def use_averages(self) -> None:
        """The networks become the average of what they were lately, which is what is shipped."""
        with torch.no_grad():
            for weight, average in zip(self.weights, self.averages, strict=True):
                weight.copy_(average)

    def train(self, batches: Callable[[int], Iterable], loss_of: Callable[..., torch.Tensor]) -> bool:
        """Trains to the last step or as long as allowed; says whether it came to its end. `batches` gives those from a step on."""
        start = saved = time.monotonic()
        recent: list[float] = []
        with (self.run.folder / "log.jsonl").open("a", buffering=1) as log:
            for batch in batches(self.step):
                recent.append(self._step(loss_of(*batch)))
                now = time.monotonic()
                if self.step % 50 == 0:
                    line = {"step": self.step, "loss": round(sum(recent) / len(recent), 5), "seconds": round(now - start)}
                    print(line, flush=True)
                    log.write(json.dumps(line) + "\n")
                    recent.clear()
                if now - saved > CHECKPOINT_SECONDS:
                    self.save()
                    saved = now
                if now - start > self.run.minutes * 60:
                    break
        self.save()
        return self.step >= self.run.steps

    def _step(self, loss: torch.Tensor) -> float:
        warm, done = min(1.0, (self.step + 1) / min(200, self.run.steps / 10)), min(1.0, self.step / self.run.steps)
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate * warm * (0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * done)))
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.weights, 1.0)
        self.optimiser.step()
        self.step += 1
        # Early weights are soon forgotten.
        share = min(self.average, (1 + self.step) / (10 + self.step))
        torch._foreach_lerp_(self.averages, [weight.detach() for weight in self.weights], 1 - share)
        return float(loss.detach())
