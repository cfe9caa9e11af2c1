"""Batches of scenes, drawn while they are needed. Batch number n is always the same one."""

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from scenes import Scene, draw

Batch = tuple[torch.Tensor, list[str]]


class _Batches(Dataset):
    def __init__(self, side: int, size: int, begin: int, end: int, seed: int, make: Callable[..., Scene]):
        self.side, self.size, self.begin, self.count, self.seed, self.make = side, size, begin, end - begin, seed, make

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, number: int) -> Batch:
        random = np.random.default_rng([self.seed, self.begin + number])
        scenes = [self.make(self.side, random) for _ in range(self.size)]
        pixels = np.stack([scene.pixels for scene in scenes]).astype(np.float32) * 2 - 1
        return torch.from_numpy(pixels).permute(0, 3, 1, 2).contiguous(), [scene.caption for scene in scenes]


def batches(
    side: int, size: int, begin: int, end: int, seed: int, workers: int, make: Callable[..., Scene] = draw
) -> Iterator[Batch]:
    """Batches `begin` to `end` of pictures `(size, 3, side, side)` in -1 to 1, with their captions."""
    dataset = _Batches(side, size, begin, end, seed, make)
    return iter(DataLoader(dataset, batch_size=None, num_workers=workers, prefetch_factor=8 if workers else None))
