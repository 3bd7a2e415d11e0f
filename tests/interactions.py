"""Invented interactions for evaluations: topics that users keep to, a few items that most take, and
a next step that often follows from the one before."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

TOPICS = {
    "phishing": "Recognise and report phishing mails, fraud on mobile money and false login pages",
    "malware": "Take apart malware samples in a laboratory and write signatures for them",
    "law": "Data protection acts, duties of operators and evidence before a court",
    "teaching": "Plan a lesson, teach teenagers and assess what a class has learnt",
    "networks": "Segment networks, configure firewalls and read packet captures",
    "business": "Price a service, write an offer and keep the books of a small company",
}
PER_TOPIC = 25
Taken = tuple[int, int, int, int]
"""User, item, rating, timestamp; both numbered from 1."""


def interactions(users: int, seed: int, *, in_order: float = 0.6) -> Iterator[Taken]:
    """`in_order` of the steps go to the item after the last one within its topic."""
    chance = Random(seed)  # noqa: S311
    topics = len(TOPICS)
    for user in range(1, users + 1):
        likes = chance.sample(range(topics), 2)
        seen: list[int] = []
        now = 1_700_000_000 + chance.randrange(10**6)
        for _ in range(chance.randint(4, 16)):
            item = _next(chance, likes, seen, in_order)
            seen.append(item)
            now += chance.randrange(60, 86_400)
            yield user, item, chance.randint(3, 5), now


def _next(chance: Random, likes: Sequence[int], seen: Sequence[int], in_order: float) -> int:
    while True:
        if seen and chance.random() < in_order and seen[-1] % PER_TOPIC:
            item = seen[-1] + 1
        else:
            topic = chance.choice(likes) if chance.random() < 0.85 else 0
            # The first items of a topic are the most popular ones.
            item = topic * PER_TOPIC + min(int(chance.expovariate(0.12)), PER_TOPIC - 1) + 1
        if item not in seen:
            return item


def titles() -> list[tuple[int, str, str]]:
    """Id, title and description of every item."""
    return [
        (place * PER_TOPIC + part + 1, f"{name.title()}, part {part + 1}", text)
        for place, (name, text) in enumerate(TOPICS.items())
        for part in range(PER_TOPIC)
    ]


def write_u_data(path: Path, taken: Iterator[Taken]) -> Path:
    """As MovieLens 100k has them."""
    path.write_text("".join("\t".join(map(str, one)) + "\n" for one in taken))
    return path


def write_ratings_csv(path: Path, taken: Iterator[Taken]) -> Path:
    """As newer MovieLens files have them."""
    lines = ["userId,movieId,rating,timestamp\n"]
    lines += [f"{user},{item},{rating}.0,{at}\n" for user, item, rating, at in taken]
    path.write_text("".join(lines))
    return path


def write_items_csv(path: Path) -> Path:
    lines = ["id,title,description\n"]
    lines += [f'{number},"{title}","{text}"\n' for number, title, text in titles()]
    path.write_text("".join(lines))
    return path
