"""A tokenizer in CLIP's format whose words are those of the captions; every other text still has tokens, letter by letter."""

import json
from pathlib import Path

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

from scenes import captions

BEGIN, END = "<|startoftext|>", "<|endoftext|>"
LENGTH = 77
# How many captions the words are taken from.
SEEN = 4_000


def _merges(texts: list[str]) -> list[tuple[str, str]]:
    """The merges that make one token of every word."""
    tokenizer = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    trainer = trainers.BpeTrainer(vocab_size=100_000, min_frequency=1, end_of_word_suffix="</w>", show_progress=False)
    tokenizer.train_from_iterator(texts, trainer)
    return [tuple(merge) for merge in json.loads(tokenizer.to_str())["model"]["merges"]]


def _alphabet() -> list[str]:
    """The letters by which CLIP writes the 256 bytes, in its order."""
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [byte for byte in range(256) if byte not in printable]
    return [chr(byte) for byte in printable] + [chr(256 + number) for number in range(len(others))]


def write(folder: Path) -> dict[str, int]:
    """Writes the tokenizer's files and returns the number of each token."""
    merges = _merges([caption for caption, _ in captions(SEEN)])
    letters = _alphabet()
    tokens = [*letters, *(letter + "</w>" for letter in letters), *(a + b for a, b in merges), BEGIN, END]
    numbers = {token: number for number, token in enumerate(dict.fromkeys(tokens))}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.json").write_text(json.dumps(numbers, ensure_ascii=False), encoding="utf-8")
    lines = ["#version: 0.2", *(f"{a} {b}" for a, b in merges)]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    special = {"bos_token": BEGIN, "eos_token": END, "unk_token": END, "pad_token": END}
    (folder / "special_tokens_map.json").write_text(json.dumps(special, indent=2))
    config = {"tokenizer_class": "CLIPTokenizer", "model_max_length": LENGTH, "do_lower_case": True, "errors": "replace", **special}
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2))
    return numbers
