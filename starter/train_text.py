"""Teaches the text encoder what captions say, before the UNet learns what that looks like.

From the end of a caption on its states become the sum of one fixed direction for each thing that the caption says: one for
"red", one for "circle" and so on. So cross attention finds colour and shape wherever it looks from its first step on, and a
combination that was never shown differs from those that were in nothing but its sum."""

import torch
import torch.nn.functional as F
from torch import nn
from transformers import CLIPTextModel, CLIPTokenizer

import networks
import vocabulary
from scenes import captions
from training import Trainer, arguments

WIDTH = 768
# A state hears only what stands before it, so most steps need no more than the longest caption; every so many see all.
LONGEST, ALL_EVERY = 20, 8


class Directions:
    """A direction of -1 and 1 for each thing said; nearly at right angles to one another, as random ones are."""

    def __init__(self) -> None:
        self.of: dict[tuple[str, str], torch.Tensor] = {}
        self.random = torch.Generator().manual_seed(3)

    def sum(self, says: dict[str, str]) -> torch.Tensor:
        """What a caption says, as normalised as the encoder's last layer makes it."""
        total = torch.zeros(WIDTH)
        for said in [("any", "picture"), *says.items()]:
            if said not in self.of:
                self.of[said] = torch.randint(0, 2, (WIDTH,), generator=self.random).float() * 2 - 1
            total += self.of[said]
        return F.layer_norm(total, (WIDTH,))


def states(tokenizer: CLIPTokenizer, text: CLIPTextModel, texts: list[str], device: str) -> torch.Tensor:
    """What the text encoder makes of captions, `(b, 77, 768)`."""
    ids = tokenizer(texts, padding="max_length", truncation=True, return_tensors="pt").input_ids
    return text(ids.to(device)).last_hidden_state


def main() -> None:
    run = arguments("text", __doc__, steps=1_600, batch=16)
    numbers = vocabulary.write(run.folder / "tokenizer")
    tokenizer = CLIPTokenizer.from_pretrained(run.folder / "tokenizer")
    text = networks.text_encoder(numbers).to(run.device)
    nn.init.normal_(text.text_model.embeddings.token_embedding.weight, std=0.3)
    nn.init.normal_(text.text_model.embeddings.position_embedding.weight, std=0.1)
    trainer = Trainer(run, {"text_encoder": text}, rate=1e-3, average=0.99)
    known = [("", {}), *captions(vocabulary.SEEN)]
    directions = Directions()
    wanted = {caption: directions.sum(says) for caption, says in known}

    def batches(begin: int):
        for step in range(begin, run.steps):
            choose = torch.Generator().manual_seed(run.seed * 1_000_003 + step)
            # One of them says nothing at all: guidance leans on it.
            numbers_of = torch.randint(1, len(known), (run.batch - 1,), generator=choose).tolist()
            length = vocabulary.LENGTH if step % ALL_EVERY == 0 else LONGEST
            yield [known[number][0] for number in [0, *numbers_of]], length

    def loss(texts: list[str], length: int) -> torch.Tensor:
        ids = tokenizer(texts, padding="max_length", truncation=True, return_tensors="pt").input_ids[:, :length]
        made = text(ids.to(run.device)).last_hidden_state
        ended = (ids == numbers[vocabulary.END]).to(run.device)
        target = torch.stack([wanted[text] for text in texts]).to(run.device)
        return ((made - target[:, None]).pow(2).mean(2) * ended).sum() / ended.sum()

    trainer.train(batches, loss)


if __name__ == "__main__":
    main()
